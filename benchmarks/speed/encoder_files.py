"""Files of the encoder that dealbot uses."""

from pathlib import Path

from index.encoder.encoder import default_home
from index.encoder.record import SHIPPED
from index.files.publication import read_pointer


def encoder_folder() -> Path:
    """Return the folder of the adopted encoder, or of the shipped one if none was adopted."""
    home = default_home()
    adopted = read_pointer(home / "CURRENT")
    return home / adopted if adopted else SHIPPED / str(read_pointer(SHIPPED / "CURRENT"))
