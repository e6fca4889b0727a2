"""The Python API: an installation open for reading, as frames and results for notebooks and programs.

It reads the warehouse through the readers of the other rooms and never writes it; `import courtside` offers its names.
"""

from courtside.api.backtest import EstimatorError
from courtside.api.backtest_result import Backtest
from courtside.api.cutoff import evaluating
from courtside.api.frames import RowsLeftOutWarning
from courtside.api.home import Home, ReadDuringWriteWarning, example, open
from courtside.api.results import Explanation, TrainingQuality
from courtside.predictions.inputs import MODEL_INPUTS

__all__ = [
    "MODEL_INPUTS",
    "Backtest",
    "EstimatorError",
    "Explanation",
    "Home",
    "ReadDuringWriteWarning",
    "RowsLeftOutWarning",
    "TrainingQuality",
    "evaluating",
    "example",
    "open",
]
