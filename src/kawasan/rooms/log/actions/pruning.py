"""Let go of old checkpoints that nothing rests on."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from kawasan.platform.db import requires_transaction

WHOLE_FOR = timedelta(days=30)  # so long every checkpoint is kept; the database's function knows the same bound
PRUNED_AT_ONCE = 20_000


# Note [Which checkpoints stay]
# A proof carries its own checkpoint, and is made for the newest one, or for the newest that a witness cosigned. A proof
# of consistency is made from tiles, for any two sizes; a witness goes on from a size that it saw, and tiles know that
# too. So only these are needed: the newest; what somebody far away holds an anchor of, since the receipt is of those
# very bytes; and, so that anybody who kept an old one finds the log's own beside it, the last of each day (UTC) and the
# last of each day that each witness cosigned. Every other one may go when it is older than WHOLE_FOR.
@requires_transaction
def prune_checkpoints(*, at: datetime) -> int:
    """
    Let go of up to PRUNED_AT_ONCE checkpoints older than WHOLE_FOR that nothing rests on; return how many went.

    Proofs, consistency and ``verify`` are as before. A repeat goes on where the last ended.
    """
    with connection.cursor() as cursor:
        cursor.execute("select log_prune_checkpoints(%s, %s)", [at - WHOLE_FOR, PRUNED_AT_ONCE])
        return int(cursor.fetchone()[0])
