"""What the networks of photographs cost, counted in their layers; known without building one."""

from collections.abc import Sequence
from typing import NamedTuple


class Backbone(NamedTuple):
    """Cost of a network.

    Attributes
    ----------
    macs, activations : float
        Multiplications with additions, and numbers that all layers put out, for each pixel of an image.
    parameters : float
    features : int
        Channels of the last map.
    blocks : int
    maps : tuple of float
        Numbers behind each block, for each pixel of an image; empty of a network that is not divided in training, see
        `hsclass.images.early_maps.divide_network`.
    """

    macs: float
    activations: float
    parameters: float
    features: int
    blocks: int
    maps: tuple[float, ...] = ()


# Of images of 224 x 224 pixels; the blocks are those of hsclass.backbones.blocks.
BACKBONE_COSTS = {
    "efficientnet_lite0": Backbone(
        7_700,
        401,
        3_400_000,
        1280,
        10,
        (1.5, 0.625, 0.3125, 0.3125, 0.4375, 0.4375, 0.1875, 0.1875, 0.1875, 1.25),
    ),
    "efficientnet_lite1": Backbone(
        10_000,
        521,
        4_200_000,
        1280,
        15,
        (1.5, 1.5, 0.625, 0.625, 0.3125, 0.3125, 0.3125, 0.4375, 0.4375, 0.4375, 0.1875, 0.1875, 0.1875, 0.1875, 1.25),
    ),
    "efficientnet_lite2": Backbone(
        11_500,
        546,
        4_900_000,
        1280,
        15,
        (1.5, 1.5, *2 * (0.75,), *3 * (0.34375,), *3 * (0.46875,), *4 * (0.203125,), 1.25),
    ),
    "ConvNeXtBase": Backbone(306_000, 1256, 87_600_000, 1024, 36),
    "ConvNeXtLarge": Backbone(684_800, 1880, 196_200_000, 1536, 36),
    "ConvNeXtSmall": Backbone(173_000, 944, 49_500_000, 768, 36),
    "ConvNeXtTiny": Backbone(88_800, 593, 27_800_000, 768, 18),
    "ConvNeXtXLarge": Backbone(1_214_100, 2503, 348_100_000, 2048, 36),
    "DenseNet121": Backbone(56_500, 998, 7_000_000, 1024, 58),
    "DenseNet169": Backbone(66_900, 1201, 12_600_000, 1664, 82),
    "DenseNet201": Backbone(85_500, 1543, 18_300_000, 1920, 98),
    "EfficientNetB0": Backbone(7_700, 504, 4_000_000, 1280, 10),
    "EfficientNetB1": Backbone(11_300, 691, 6_600_000, 1280, 17),
    "EfficientNetB2": Backbone(13_100, 723, 7_800_000, 1408, 17),
    "EfficientNetB3": Backbone(19_200, 956, 10_800_000, 1536, 20),
    "EfficientNetB4": Backbone(29_900, 1241, 17_700_000, 1792, 26),
    "EfficientNetB5": Backbone(46_900, 1697, 28_500_000, 2048, 33),
    "EfficientNetB6": Backbone(66_900, 2166, 41_000_000, 2304, 39),
    "EfficientNetB7": Backbone(103_000, 2889, 64_100_000, 2560, 49),
    "EfficientNetV2B0": Backbone(14_300, 325, 5_900_000, 1280, 16),
    "EfficientNetV2B1": Backbone(20_200, 430, 6_900_000, 1280, 22),
    "EfficientNetV2B2": Backbone(23_300, 464, 8_800_000, 1408, 23),
    "EfficientNetV2B3": Backbone(32_100, 579, 12_900_000, 1536, 27),
    "EfficientNetV2L": Backbone(243_700, 2395, 117_700_000, 1280, 74),
    "EfficientNetV2M": Backbone(106_800, 1361, 53_200_000, 1280, 52),
    "EfficientNetV2S": Backbone(56_800, 840, 20_300_000, 1280, 36),
    "InceptionResNetV2": Backbone(128_900, 815, 54_300_000, 1536, 4),
    "InceptionV3": Backbone(56_500, 336, 21_800_000, 2048, 11),
    "MobileNet": Backbone(11_300, 339, 3_200_000, 1024, 27),
    "MobileNetV2": Backbone(6_000, 438, 2_300_000, 1280, 11),
    "MobileNetV3Large": Backbone(4_300, 310, 3_000_000, 960, 11),
    "MobileNetV3Small": Backbone(1_100, 110, 900_000, 576, 7),
    "NASNetLarge": Backbone(204_900, 2570, 84_900_000, 4032, 1),
    "NASNetMobile": Backbone(11_200, 555, 4_300_000, 1056, 1),
    "ResNet101": Backbone(150_800, 1117, 42_700_000, 2048, 33),
    "ResNet101V2": Backbone(143_300, 1025, 42_600_000, 2048, 33),
    "ResNet152": Backbone(224_800, 1579, 58_400_000, 2048, 50),
    "ResNet152V2": Backbone(217_300, 1513, 58_300_000, 2048, 50),
    "ResNet50": Backbone(76_800, 743, 23_600_000, 2048, 16),
    "ResNet50V2": Backbone(69_400, 628, 23_600_000, 2048, 16),
    "VGG16": Backbone(305_900, 306, 14_700_000, 512, 13),
    "VGG19": Backbone(388_800, 332, 20_000_000, 512, 16),
    "Xception": Backbone(90_700, 692, 20_900_000, 2048, 13),
}


def frozen_cost(names: Sequence[str]) -> Backbone:
    """Return what networks cost that look at images in turn and learn nothing."""
    each = [BACKBONE_COSTS[name] for name in names]
    return Backbone(
        macs=sum(cost.macs for cost in each),
        activations=max(cost.activations for cost in each),
        parameters=sum(cost.parameters for cost in each),
        features=sum(cost.features for cost in each),
        blocks=sum(cost.blocks for cost in each),
    )
