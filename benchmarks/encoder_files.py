"""Files of the encoder that dealbot uses."""

from pathlib import Path

from index.encoder.encoder import CURRENT, home_or_default
from index.encoder.record import SHIPPED
from index.files.publication import read_pointer


def encoder_folder(encoders: Path | None = None) -> Path:
    """Return the folder of the encoder that was adopted into `encoders`, by default into the Python
    environment; that of the shipped encoder if none was."""
    home = home_or_default(encoders)
    adopted = read_pointer(home / CURRENT)
    return home / adopted if adopted else SHIPPED / str(read_pointer(SHIPPED / CURRENT))
