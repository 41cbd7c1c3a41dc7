"""``kawasan mqtt``: take readings from a broker, or write what a mosquitto needs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import click

ZoneOf = Callable[[click.Context, str | None], AbstractContextManager[None]]


def add_commands(main: click.Group, zone_of: ZoneOf) -> None:
    """Add the command."""

    @main.command()
    @click.option(
        "--broker", envvar="KAWASAN_MQTT_BROKER", default="mqtt://127.0.0.1:1883", show_default=True,
        help="mqtt://HOST:PORT, or mqtts:// for TLS.",
    )  # fmt: skip
    @click.option("--ca-file", default="", help="Whose certificates to trust, where not the system's.")
    @click.option(
        "--mosquitto-config", "folder", type=click.Path(file_okay=False, path_type=Path),
        help="Write mosquitto.conf, passwords and access list into this folder and end.",
    )  # fmt: skip
    @click.option(
        "--keep", type=click.Path(file_okay=False, exists=True, path_type=Path),
        help="While taking, keep passwords and access list in this folder up to date, and tell mosquitto.",
    )  # fmt: skip
    @click.option("--listen", default="127.0.0.1:1883", show_default=True, help="Where mosquitto is to listen.")
    @click.option("--certificate", default="", help="Certificate of mosquitto's listener: it speaks TLS then.")
    @click.option("--key", default="", help="The certificate's private key.")
    @click.option("--zone", default=None, help="The zone (its schema, zone_...), where there are several.")
    @click.pass_context
    def mqtt(
        context: click.Context, broker: str, ca_file: str, folder: Path | None, keep: Path | None, listen: str,
        certificate: str, key: str, zone: str | None,
    ) -> None:  # fmt: skip
        """Take the readings of devices from an MQTT broker, until Ctrl-C or TERM."""
        with zone_of(context, zone):
            from kawasan.platform.schemas import current_schema
            from kawasan.server.mqtt import Taker, run_in, write_files

            if folder is not None:
                host, _, port = listen.rpartition(":")
                if not port.isdigit():
                    raise click.BadParameter("HOST:PORT", param_hint="--listen")
                write_files(folder, host=host or "127.0.0.1", port=int(port), certificate=certificate, key=key)
                click.echo(f"{folder}: mosquitto -c {folder / 'mosquitto.conf'}")
                return
            run_in(current_schema() or "", Taker(broker=broker, ca_file=ca_file, folder=keep))
