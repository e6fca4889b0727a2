"""The Python API: an installation open for reading, as frames and results for notebooks and programs.

It reads the warehouse through the readers of the other rooms and never writes it; `import courtside` offers its names.
"""

from courtside.api.cutoff import evaluating
from courtside.api.frames import RowsLeftOutWarning
from courtside.api.home import Home, ReadDuringWriteWarning, example, open

__all__ = ["Home", "ReadDuringWriteWarning", "RowsLeftOutWarning", "evaluating", "example", "open"]
