"""A training under way: an object that steps, as a painting does."""

import copy
import math
from collections.abc import Iterator, Mapping
from typing import Any, Self, cast

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from pareidolia.networks.devices import choose_device
from pareidolia.progress import Progress
from pareidolia.settings import PareidoliaError, migrate_state
from pareidolia.training.data.given import Data, as_picture_set
from pareidolia.training.data.order import Pictures
from pareidolia.training.means import Means
from pareidolia.training.phases import Batch, Source
from pareidolia.training.process_group import ProcessGroup, SingleProcess, parts_of
from pareidolia.training.running_phase import RunningPhase
from pareidolia.training.schedules import factor
from pareidolia.training.settings import TrainingSettings
from pareidolia.training.step_context import StepContext, seeded


class NonFiniteError(PareidoliaError):
    """A loss or a weight became NaN or infinite; what was saved before is good."""

    def __init__(self, what: str, step: int, settings: TrainingSettings) -> None:
        clip = "a smaller --clip" if settings.clip else "--clip 1"
        half = ", or --precision float32" if settings.precision != "float32" else ""
        super().__init__(
            f"{what} became NaN or infinite at step {step}; the last checkpoint is kept. Begin anew with "
            f"a smaller --learning-rate than {settings.learning_rate:g}, some --warm-up, {clip}{half}"
        )


class TrainingRun:
    """A training under way: an object that steps.

    Iterating steps to the end. Between two steps nothing is held but what `state_dict` gives, from which a
    later process goes on to the same weights, bit for bit on a CPU with as many threads.

    Args:
        model: a `Trainable`; it is moved to `device`.
        source: of batches.
        settings: how to train.
        epochs: how often each sample is seen, where the settings do not say.
        device: where to compute; where the settings say, unless given.
        process_group: the devices that share each step.
    """

    def __init__(
        self,
        model: Any,
        source: Source,
        settings: TrainingSettings,
        *,
        epochs: float | None = None,
        device: torch.device | None = None,
        process_group: ProcessGroup | None = None,
    ) -> None:
        self.device = device or choose_device(settings.device)
        # Channels last: convolutions on a CPU run two to three times as fast.
        self.model: Any = model.to(self.device).to(memory_format=torch.channels_last).train()
        self.source, self.settings = source, settings
        self.process_group: ProcessGroup = process_group or SingleProcess()
        if settings.batch % self.process_group.size:
            raise PareidoliaError(
                f"a batch of {settings.batch} cannot be shared evenly by {self.process_group.size} devices: "
                f"take --batch {-(-settings.batch // self.process_group.size) * self.process_group.size}"
            )
        passes = settings.epochs or epochs or 1.0
        share = settings.batch // self.process_group.size
        if share % settings.accumulate:
            raise PareidoliaError(
                f"{share} pictures a step cannot be computed in {settings.accumulate} even parts: "
                "take another --accumulate"
            )
        self._groups = parts_of(self.process_group, settings.accumulate)
        self.total = max(1, math.ceil(passes * source.count / settings.batch))
        self.index = 0
        self.phases = [RunningPhase(phase, settings) for phase in model.phases()]
        decay = _decay(settings)
        self.average = _averaged(self.model, decay) if decay else None
        self.metrics = Means()
        self._generator = torch.Generator(self.device)

    @classmethod
    def of(
        cls,
        model: Any,
        data: Data,
        settings: TrainingSettings,
        *,
        epochs: float | None = None,
        device: torch.device | None = None,
        process_group: ProcessGroup | None = None,
    ) -> Self:
        """The training of a model on all pictures of `data`.

        Args:
            model: a `Trainable`. If it has a method `source` (see `GenerativeModel`), its batches come from
                there, else from `Pictures`.
            data: whatever `as_picture_set` takes.
            settings: how to train.
            epochs: how often each sample is seen; as the settings have it if None.
            device: where to compute; as the settings have it if None.
            process_group: the devices that share each step; one device if None.

        Returns:
            The run.

        Raises:
            PareidoliaError: the data or the settings are of no use.
        """
        device = device or choose_device(settings.device)
        pictures = as_picture_set(data)
        if hasattr(model, "source"):
            source: Source = model.source(pictures, settings, device)
        else:
            source = Pictures(pictures, settings.batch, settings.seed, device)
        return cls(model, source, settings, epochs=epochs, device=device, process_group=process_group)

    def __iter__(self) -> Iterator[Progress]:
        while not self.finished:
            yield self.step()

    @property
    def finished(self) -> bool:
        """Whether all steps have been made."""
        return self.index >= self.total

    @property
    def epoch(self) -> float:
        """How often each sample was seen."""
        return self.index * self.settings.batch / self.source.count

    @property
    def result(self) -> nn.Module:
        """The trained model: with averaged weights if an average is kept."""
        given: nn.Module = self.model if self.average is None else self.average.module
        return given

    def step(self) -> Progress:
        """Make one step: all phases that are due.

        Returns:
            The step.

        Raises:
            NonFiniteError: If a loss became NaN or infinite, before its phase changes a weight.
        """
        if self.finished:
            raise PareidoliaError(f"this training has made all its {self.total} steps")
        batches = [self._batch(group) for group in self._groups]
        losses = {}
        for number, running in enumerate(self.phases):
            if self.index % running.phase.every == 0:
                losses[running.phase.name] = self._improve(number, running, batches)
        if self.average is not None:
            self.average.update_parameters(self.model)
        self.index += 1
        return Progress(self.index, self.total, size=self.source.size, losses=losses)

    def state_dict(self) -> dict[str, Any]:
        """Everything that `load_state_dict` needs: tensors and plain values.

        Returns:
            The state.

        Raises:
            NonFiniteError: If a weight became NaN or infinite.
        """
        if not all(bool(each.isfinite().all()) for each in self.model.parameters()):
            raise NonFiniteError("a weight", self.index, self.settings)
        state = {
            "index": self.index,
            "model": self.model.state_dict(),
            "phases": {each.phase.name: each.optimizer.state_dict() for each in self.phases},
            "average": None if self.average is None else self.average.state_dict(),
            "metrics": self.metrics.state_dict(),
        }
        return copy.deepcopy(state)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`; the run must have been made with the same arguments."""
        state = migrate_state(state)
        self.index = int(state["index"])
        self.model.load_state_dict(state["model"])
        for each in self.phases:
            each.optimizer.load_state_dict(state["phases"][each.phase.name])
        if self.average is not None:
            self.average.load_state_dict(_average_state(state["average"]))
        self.metrics.load_state_dict(state["metrics"])

    def _batch(self, group: ProcessGroup) -> Any:
        batch = self.source.batch(self.index, group)
        return batch.to(self.device) if isinstance(batch, Batch) else batch

    def _context(self, phase: int, group: ProcessGroup) -> StepContext:
        generator = seeded(self._generator, self.settings.seed, "phase", phase, self.index)
        settings, step = self.settings, self.index
        return StepContext(step, self.total, self.epoch, settings.batch, generator, group)

    def _improve(self, number: int, running: RunningPhase, batches: list[Any]) -> float:
        """One phase's change of its parameters; returns its loss over all devices before the change."""
        numbers: dict[str, Tensor] = {}
        for group, batch in zip(self._groups, batches, strict=True):
            with torch.autocast(
                self.device.type, torch.bfloat16, enabled=self.settings.precision == "bfloat16"
            ):
                losses = running.phase.loss(batch, self._context(number, group))
            running.add_gradients(losses.total, len(batches))
            found = {"loss": losses.total.detach().float(), **losses.metrics}
            for name, value in found.items():
                part = value if len(batches) == 1 else value / len(batches)
                numbers[name] = numbers[name] + part if name in numbers else part
        self.process_group.average_([*running.gradients(), *numbers.values()])
        loss = numbers["loss"].item()
        if not math.isfinite(loss):
            raise NonFiniteError(f"the loss of phase '{running.phase.name}'", self.index + 1, self.settings)
        running.change(factor(self.settings.schedule, self.settings.warm_up, self.index, self.total))
        self.metrics.add(running.phase.name, numbers)
        return loss


def _decay(settings: TrainingSettings) -> float:
    """Of the moving average in a step."""
    if settings.average_half_life:
        return float(0.5 ** (settings.batch / settings.average_half_life))
    return settings.average


def _averaged(model: nn.Module, decay: float) -> AveragedModel:
    """The exponential moving average of a model's parameters, with a ramp: early weights are soon forgotten.

    After t updates the decay is min(decay, (1 + t) / (10 + t)). Buffers are those of the last step.
    """

    def move(averages: list[Tensor], now: list[Tensor], updates: Tensor | int) -> None:
        share = min(decay, (1 + int(updates)) / (10 + int(updates)))
        torch._foreach_lerp_(averages, now, 1 - share)

    average = AveragedModel(model, multi_avg_fn=cast(Any, move)).requires_grad_(False)
    # The weights that the training begins with count as the first, instead of being replaced.
    average.n_averaged += 1
    return average


def _average_state(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """An average's state as torch has it, also of a checkpoint from before it was torch's."""
    if "weights" not in state:
        return state
    weights = {f"module.{name}": value for name, value in state["weights"].items()}
    return {"n_averaged": torch.tensor(state["updates"] + 1), **weights}
