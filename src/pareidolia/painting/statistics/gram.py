"""The Gram matrix (Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style", 2015)."""

from typing import Self

from torch import Tensor

from pareidolia.painting.statistics.statistic import PositionSums, style_statistic


@style_statistic("gram")
class Gram(PositionSums):
    """G = F Fᵀ, where F is a layer's activations as N channels × M positions; its `sums` are B×N×N.

    With weighted positions, a soft form of the guided Gram matrices of Gatys et al. ("Controlling Perceptual
    Factors in Neural Style Transfer", 2017).
    """

    @staticmethod
    def summed(rows: Tensor, weighted: Tensor) -> Tensor:
        return weighted.transpose(1, 2) @ rows

    def distance(self, target: Self) -> Tensor:
        """E = 1/(4N²) Σ (G/M − A/M_A)², B.

        For pictures of equal size this is the paper's 1/(4N²M²) Σ (G − A)² (equation 4); of unequal size each
        Gram matrix is divided by its own M.
        """
        channels = self.sums.shape[-1]
        return (self.means - target.means).square().flatten(1).sum(1) / (4 * channels**2)


def style_gradient(activations: Tensor, target: Gram) -> Tensor:
    """∂E/∂F = 1/(N²M) · (Fᵀ(G/M − A/M_A))ᵀ in closed form, of the activations' shape B×N×H×W.

    For equal sizes, 1/(N²M²) · (Fᵀ(G − A))ᵀ. The paper's second case, zero where the activation is not
    positive, is the gradient with respect to the rectifier's input: this one masked there (equation 6).
    """
    maps = activations.flatten(2)
    channels, positions = maps.shape[1:]
    difference = Gram.of(activations).means - target.means
    gradient = (maps.transpose(1, 2) @ difference).transpose(1, 2) / (channels**2 * positions)
    return gradient.view_as(activations)
