"""ImageNet-pretrained networks for other images: their layers, their weights, their blocks."""

from hsclass.backbones.blocks import blocks, weights_digest
from hsclass.backbones.build import backbone, read_keras_weights
from hsclass.backbones.cost import BackboneCost, backbone_cost, frozen_cost
from hsclass.backbones.names import BACKBONES, check_backbone

__all__ = [
    "BACKBONES", "BackboneCost", "backbone", "backbone_cost", "blocks", "check_backbone", "frozen_cost",
    "read_keras_weights", "weights_digest",
]  # fmt: skip
