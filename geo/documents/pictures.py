"""Pictures: decoded whole, measured, their EXIF read as a remark, and copied anew without it. Runs in the child."""

from __future__ import annotations

import math
import re
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile, ImageOps

from geo.documents.bounds import MOST_PIXELS, MOST_SIDE, THUMB_SIDE, VIEW_SIDE
from geo.importers.precheck import Refused

VIEW, THUMB = "view.jpg", "thumb.jpg"
_EXIF, _GPS = 0x8769, 0x8825
_TAKEN, _OFFSET, _CHANGED, _TURNED = 0x9003, 0x9011, 0x0132, 0x0112
_STAMP = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"[+-]\d\d:\d\d")
HANOI_ZONE = "+07:00"  # a camera that says none


def look(path: Path, kind: str, out: Path) -> dict[str, Any]:
    """Width and height as seen, EXIF's time and place; writes a copy to look at and a thumbnail. Raises Refused."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=[kind.upper()]) as picture:
            wide, high = picture.size
            if wide * high > MOST_PIXELS or max(wide, high) > MOST_SIDE:
                raise Refused("pixels", width=wide, height=high)
            if kind != "jpeg" and getattr(picture, "n_frames", 1) > 1:
                raise Refused("animated")
            said = remarks(picture)
            turned = _turned(picture)
            picture.draft("RGB", (VIEW_SIDE, VIEW_SIDE))
            picture.load()
            write_copies(picture, out)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("pixels", width=0, height=0) from error
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, TypeError, IndexError) as error:
        raise Refused("damaged") from error
    return {"width": high if turned else wide, "height": wide if turned else high, **said}


def write_copies(picture: Image.Image, out: Path) -> None:
    """A copy of at most `VIEW_SIDE` pixels and a thumbnail, turned upright, with nothing but the pixels in them."""
    picture.thumbnail((VIEW_SIDE, VIEW_SIDE))
    upright = ImageOps.exif_transpose(picture)
    # A new picture: comments, profiles and EXIF of the old one would be written along.
    clean = Image.new("RGB", upright.size, "white")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        clean.paste(seen, mask=seen.getchannel("A"))
    else:
        clean.paste(upright.convert("RGB"))
    clean.save(out / VIEW, "JPEG", quality=85)
    clean.thumbnail((THUMB_SIDE, THUMB_SIDE))
    clean.save(out / THUMB, "JPEG", quality=80)


def remarks(picture: Image.Image) -> dict[str, Any]:
    """`taken_at` (ISO, with zone), `lon` and `lat` of EXIF, those that make sense. Never raises: it is a remark."""
    try:
        exif = picture.getexif()
        return {**_time(exif), **_place(exif)}
    except Exception:  # whatever a file says of itself may be broken; the picture itself is judged elsewhere
        return {}


def _turned(picture: Image.Image) -> bool:
    try:
        return picture.getexif().get(_TURNED, 1) in (5, 6, 7, 8)
    except Exception:
        return False


def _time(exif: Image.Exif) -> dict[str, str]:
    inner = exif.get_ifd(_EXIF)
    stamp = str(inner.get(_TAKEN) or exif.get(_CHANGED) or "").strip("\x00 ")
    found = _STAMP.fullmatch(stamp)
    if not found:
        return {}
    zone = str(inner.get(_OFFSET) or "").strip("\x00 ")
    zone = zone if _ZONE.fullmatch(zone) else HANOI_ZONE
    year, month, day, hour, minute, second = found.groups()
    return {"taken_at": f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}"}


def _place(exif: Image.Exif) -> dict[str, float]:
    gps = exif.get_ifd(_GPS)
    if not {1, 2, 3, 4} <= set(gps):
        return {}
    lat, lon = _degrees(gps[2], gps[1], "S"), _degrees(gps[4], gps[3], "W")
    sensible = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    return {"lon": lon, "lat": lat} if sensible and (lat, lon) != (0.0, 0.0) else {}


def _degrees(parts: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(side).strip("\x00 ").upper() == negative else value
