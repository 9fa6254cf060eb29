from .assess import compare as compare
from .assess import evaluate as evaluate
from .assess import pool as pool
from .assess.suggestion import suggest as suggest
from .audit import audit_split as audit_split
from .datasets import open_scene as open_scene
from .final.candidates import Candidate as Candidate
from .final.delivery import Delivered as Delivered
from .final.delivery import deliver as deliver
from .models.trained import TrainedModel as TrainedModel
from .models.trained import load_model as load_model
from .predict import ClassMap as ClassMap
from .predict import predict_scene as predict_scene
from .predict.images import predict_images as predict_images
from .results.metrics import Metrics as Metrics
from .samplers import make_folds as make_folds
from .samplers import make_split as make_split
from .samplers.splitter import SpatialSplit as SpatialSplit
from .scene import LandCover as LandCover
from .scene import Scene as Scene
from .split import Split as Split
from .split import read_split as read_split
from .split import write_split as write_split
from .splitter import Folds as Folds
from .training import fit as fit
from .tuning.search import tune as tune

__version__: str
__all__: list[str]
