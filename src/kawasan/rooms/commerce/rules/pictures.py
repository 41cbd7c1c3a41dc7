"""Pictures: read with suspicion, turned upright, made small, written as WebP."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from kawasan.rooms.commerce.types.catalogue import PICTURE_BYTES_MAX, PICTURE_PIXELS_MAX
from kawasan.rooms.commerce.types.refusals import PictureInvalid, PictureTooLarge

SIDE_MAX = 1_200
SMALL_SIDE_MAX = 400
_FORMATS = ("JPEG", "PNG", "WEBP")
# 78 is where WebP photographs of 1,200 pixels stop looking worse than their JPEG (about 100 kB).
_QUALITY = 78


@dataclass(frozen=True, slots=True)
class MadePicture:
    """A picture in its two stored sizes, without the metadata (place, camera) that it came with."""

    content: bytes
    small: bytes
    width: int
    height: int
    digest: str


def make_picture(uploaded: bytes) -> MadePicture:
    """Return an uploaded picture as we store it. Raises PictureInvalid, PictureTooLarge."""
    if len(uploaded) > PICTURE_BYTES_MAX:
        raise _too_large()
    image = _opened(uploaded)
    large, small = _within(image, SIDE_MAX), _within(image, SMALL_SIDE_MAX)
    content = _webp(large)
    return MadePicture(content, _webp(small), large.width, large.height, hashlib.sha256(content).hexdigest())


def _opened(uploaded: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we count the pixels ourselves
            image = Image.open(io.BytesIO(uploaded), formats=_FORMATS)
            # Only the header has been read so far: a bomb is turned away before it unpacks.
            if image.width * image.height > PICTURE_PIXELS_MAX:
                raise _too_large()
            image.load()
            return ImageOps.exif_transpose(image).convert("RGBA" if _is_transparent(image) else "RGB")
    except Image.DecompressionBombError:
        raise _too_large() from None
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError, AttributeError, TypeError, OverflowError):
        raise PictureInvalid(field="picture") from None


def _is_transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _within(image: Image.Image, side: int) -> Image.Image:
    smaller = image.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return smaller


def _webp(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=_QUALITY, method=4)
    return file.getvalue()


def _too_large() -> PictureTooLarge:
    return PictureTooLarge(
        field="picture", megabytes=PICTURE_BYTES_MAX // 1024**2, megapixels=PICTURE_PIXELS_MAX // 1_000_000
    )
