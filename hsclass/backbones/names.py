"""Names of the networks, available without loading Keras, so that a wrong name is found before any job starts."""

from hsclass.errors import UsageError
from hsclass.tables import resolve_name

_APPLICATIONS = (
    "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge", "DenseNet121", "DenseNet169",
    "DenseNet201", "EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3", "EfficientNetB4",
    "EfficientNetB5", "EfficientNetB6", "EfficientNetB7", "EfficientNetV2B0", "EfficientNetV2B1", "EfficientNetV2B2",
    "EfficientNetV2B3", "EfficientNetV2L", "EfficientNetV2M", "EfficientNetV2S", "InceptionResNetV2", "InceptionV3",
    "MobileNet", "MobileNetV2", "MobileNetV3Large", "MobileNetV3Small", "NASNetLarge", "NASNetMobile", "ResNet101",
    "ResNet101V2", "ResNet152", "ResNet152V2", "ResNet50", "ResNet50V2", "VGG16", "VGG19", "Xception",
)  # fmt: skip

LITE0 = "efficientnet_lite0"

BACKBONES = {
    **{f"efficientnet_lite{size}": "hsclass.backbones.efficientnet_lite:efficientnet_lite" for size in range(3)},
    **{name: f"keras.applications:{name}" for name in _APPLICATIONS},
}
"""EfficientNet-Lite, of which 0 is installed with its ImageNet weights, and the applications of Keras."""

_LEAST = {"InceptionResNetV2": 75, "InceptionV3": 75, "Xception": 71}
_LEAST_OTHERWISE = 32


def check_backbone(name: str, side: int) -> None:
    """Raise UsageError if there is no network of that name, or images of that side [pixels] are too small for it."""
    resolve_name(BACKBONES, name, "backbone")
    least = _LEAST.get(name, _LEAST_OTHERWISE)
    if side < least:
        raise UsageError(
            f"backbone {name}: images of {side} x {side} pixels are too small, it needs {least} or more a side; set"
            f" 'size' to {least} or larger"
        )
