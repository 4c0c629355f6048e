"""Train the network beside this file by the recipe beside it, config.yaml. It needs torch and Pillow.

    python train.py --data DIR                               one process
    torchrun --nproc-per-node 8 train.py --data DIR          one for each GPU of a machine
    python train.py --data DIR --resume                      go on after an interruption

DIR holds train/ and val/ with a folder of images for each class, or such folders directly.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent))

from training.alarm import Alarm
from training.checkpoints import Checkpoints, write_whole
from training.config import Config, read_config
from training.data import Batch, Data, Loader, open_data
from training.errors import RunError
from training.evaluation import evaluate
from training.heads import MAIN, Losses, Tally, by_name
from training.journal import Journal, environment
from training.modules import create, for_scale, stage_norms
from training.names import visible
from training.optimizers import Average, make_optimizer, set_rate
from training.processes import Place, join, leave
from training.progress import Progress
from training.report import write_report
from training.resuming import agree, begin, check_same_run, interruptible
from training.schedules import Schedule
from training.unreadable import Unreadable

PRECISIONS = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}


class _InterruptedError(Exception):
    """A signal came during a validation, which is made anew when the run goes on."""


class Training:
    """A run: everything that it needs is made here; ``run`` makes its steps.

    All that is random follows from the seed and a position: the order of an epoch and the augmentation of an image
    from the loader, dropout from the number of the step. So a checkpoint holds no random states, and a run may go on
    with another number of processes or workers.
    """

    def __init__(self, folder: Path, config: Config, place: Place, data: Data) -> None:
        self.folder, self.config, self.place, self.data = folder, config, place, data
        if config.precision not in PRECISIONS:
            raise RunError(f"there is no precision '{config.precision}': {', '.join(PRECISIONS)}")
        # Without it, determinism is refused on a GPU.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(config.deterministic)
        torch.backends.cudnn.benchmark = not config.deterministic
        torch.manual_seed(config.seed)
        self.model, weights = create(folder, config, place)
        self.losses = Losses(weights, config.label_smoothing)
        self.optimizer = make_optimizer(self.model, config)
        self.average = None if config.ema is None else Average(self.model, config.ema)
        # Small gradients vanish in float16 unless the loss is scaled; other precisions pass through.
        self.scaler = torch.amp.GradScaler(place.device.type, enabled=config.precision == "float16")
        self.called = for_scale(self.model, config, place)
        self.loader = Loader(data.train, config, place, training=True)
        self.held_out = Loader(data.validation, config, place, training=False)
        self.rate = Schedule(config, self.loader.steps)
        self.checkpoints = Checkpoints(folder / "checkpoints", config.keep)
        self.unreadable = Unreadable(folder / "unreadable.txt", config.unreadable, place)
        self.step, self.validated, self.best = 0, 0, {"step": -1, "top1": -1.0, "loss": 0.0}
        self.signal: int | None = None
        self.tally = Tally()
        self.window: list[tuple[int, Tensor, list[str]]] = []
        self.clock = time.perf_counter()

    def state(self) -> dict[str, Any]:
        """All that the run needs to go on from here."""
        return {
            "step": self.step,
            "validated": self.validated,
            "best": self.best,
            "model": self.model.state_dict(),
            "average": self.average and self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "config": vars(self.config),
            "data": self.facts(),
        }

    def facts(self) -> dict[str, Any]:
        """What the run learns from, as far as another start must have the same."""
        return {"classes": list(self.data.classes), "images": len(self.data.train)}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from where another process was."""
        self.step, self.validated, self.best = state["step"], state["validated"], state["best"]
        self.model.load_state_dict(state["model"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        # What the recipe says now holds, not what it said then.
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({**state["optimizer"], "param_groups": groups})
        self.scaler.load_state_dict(state["scaler"])

    def run(self) -> None:
        """Make the steps that are left, or those until a signal comes."""
        steps, total = self.loader.steps, self.config.epochs * self.loader.steps
        if self.place.first:
            self.journal = Journal(self.folder, self.step, self.validated)
            self.progress = Progress(total, steps, self.step)
            self.alarm = Alarm(len(self.data.classes), self.config.alarm_after)
            for words in (self.words(), *self.data.notes):
                self.progress.say(words)
            classes = "".join(f"{visible(name)}\n" for name in self.data.classes)
            write_whole(self.folder / "classes.txt", lambda file: file.write(classes.encode()))
            if self.step:
                self.journal.write({"kind": "resumed", "step": self.step})
            self.journal.write(environment(self.step, self.place.world, self.place.device))
        try:
            if self.step % steps == 0 and self.validated < self.step:  # a signal came in between
                self._close_epoch()
            while self.step < total and self.signal is None:
                self._epoch(self.step // steps)
        finally:
            if self.place.first:
                self.progress.close()
                self.journal.close()
                write_report(self.folder, self.config)

    def stop(self, number: int) -> None:
        """End the run after the step that is being made, because of a signal."""
        self.signal = number

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.validated == self.config.epochs * self.loader.steps

    def words(self) -> str:
        """What is trained on what, in a line."""
        config, place = self.config, self.place
        split = f"{config.accumulate} x " if config.accumulate > 1 else ""
        epochs = f"{config.epochs} epochs" if config.epochs > 1 else "1 epoch"
        return (
            f"{config.name}: {len(self.data.train):,} images of {len(self.data.classes)} classes, "
            f"{len(self.data.validation):,} held out; {epochs} of {self.loader.steps:,} steps; "
            f"batch {config.batch} = {split}{config.batch // place.world // config.accumulate} "
            f"on each of {place.world} {place.device.type}"
        )

    def _epoch(self, epoch: int) -> None:
        config, end = self.config, (epoch + 1) * self.loader.steps
        self.model.train()
        batches = self.loader.epoch(epoch, self.step % self.loader.steps)
        self.clock = time.perf_counter()
        while self.step < end:
            try:
                parts = list(islice(batches, config.accumulate))
            except RuntimeError as error:
                if self.signal is None:
                    raise RunError(f"no batch came: {error}") from error
                self._save()  # the signal went to the workers, too: no batch comes any more
                return
            self._step(parts)
            if self.step % config.log_every == 0 or self.step == end:
                self._log()
            if self.place.any(self.signal is not None):  # all processes stop after the same step
                self.signal = self.signal or signal.SIGTERM
                break
            if (
                config.checkpoint_every
                and self.step % config.checkpoint_every == 0 < end - self.step
            ):
                self._save()
        self._close_epoch()

    def _close_epoch(self) -> None:
        """Validate where an epoch ends, unless a signal came; then save."""
        if self.step % self.loader.steps == 0:
            with suppress(_InterruptedError):
                self._validate()
        self._save()

    def _step(self, parts: list[Batch]) -> None:
        """One step of the optimiser, over the parts of its batch."""
        config = self.config
        torch.manual_seed((config.seed << 40) + (self.step << 12) + self.place.rank)
        set_rate(self.optimizer, self.rate(self.step))
        for index, batch in enumerate(parts, 1):
            self.unreadable.note(batch.unreadable)
            if self.place.world > 1:
                # Gradients are put together once, at the last of the batches.
                self.called.require_backward_grad_sync = index == len(parts)
            with self.autocast():
                outputs = by_name(self.called(batch.images))
            losses = self.losses(outputs, batch.labels)
            loss = self.losses.total(losses)
            self.scaler.scale(loss / len(parts)).backward()
            self.tally.add(outputs, losses, batch.labels)
            self.window.append((self.step, loss.detach(), batch.names))
        self.step += 1
        logs = self.step % config.log_every == 0 or self.step % self.loader.steps == 0
        if logs or config.clip_norm is not None:
            self.scaler.unscale_(self.optimizer)
        self.norms = stage_norms(self.model) if logs else {}
        if config.clip_norm is not None:
            nn.utils.clip_grad_norm_(self.model.parameters(), config.clip_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad()
        if self.average is not None:
            self.average.update(self.model)

    def autocast(self) -> torch.autocast:
        """The precision that layers compute in."""
        dtype = PRECISIONS[self.config.precision]
        return torch.autocast(self.place.device.type, dtype, enabled=dtype is not None)

    def _log(self) -> None:
        """Say how it goes. Only here, and before anything is saved, do all processes wait for their devices."""
        self._check_finite()
        images, heads = self.tally.result(self.place)
        seconds = time.perf_counter() - self.clock
        self.clock += seconds
        norms = {stage: float(norm) for stage, norm in self.norms.items()}
        record = {
            "kind": "train",
            "step": self.step,
            "epoch": self.step / self.loader.steps,
            "loss": sum(
                head["loss"] * self.losses.weights.get(n, 1.0) for n, head in heads.items()
            ),
            "heads": heads,
            "learning_rate": self.rate(self.step - 1),
            "images_per_second": images / seconds,
            "gradient_norm": sum(norm**2 for norm in norms.values()) ** 0.5,
            "stages": norms,
            "seconds": seconds,
        }
        self.unreadable.check(len(self.data.train))
        if self.place.first:
            self.journal.write(record)
            self.progress.show(record)
            for alarm in self.alarm.check(record):
                self.journal.write(alarm)
                self.progress.say(alarm["message"])

    def _check_finite(self) -> None:
        """Stop where a loss is no number, before it reaches a checkpoint.

        Raises:
            RunError: With the images of the batch.
        """
        window, self.window = self.window, []
        values = torch.stack([loss for _, loss, _ in window]) if window else torch.zeros(1)
        bad = ~values.isfinite()
        if not self.place.any(bool(bad.any())):
            return
        if not bad.any():
            raise RunError("the loss of another process is not finite")
        step, loss, names = window[int(bad.nonzero()[0])]
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        raise RunError(
            f"the loss of step {step} is {float(loss)}: look at its images ({shown}), or lower the learning rate; "
            "the last checkpoint is from before"
        )

    def _validate(self) -> None:
        model = self.model if self.average is None else self.average.model
        self.place.share(self.model, model)
        made = evaluate(
            model,
            self.held_out,
            self.losses,
            self.place,
            autocast=self.autocast,
            seen=self._go_on,
        )
        self.validated = self.step
        self.unreadable.note(made.unreadable)
        images = len(self.data.train) + len(self.data.validation)
        unreadable, self.unreadable.count = self.unreadable.check(images), 0
        record = {
            "kind": "validation",
            "step": self.step,
            "epoch": self.step / self.loader.steps,
            "loss": self.losses.total(
                {n: torch.tensor(h["loss"]) for n, h in made.heads.items()}
            ).item(),
            "heads": made.heads,
            "averaged": self.average is not None,
        }
        main = made.heads[MAIN]
        if (main["top1"], -main["loss"]) > (self.best["top1"], -self.best["loss"]):
            self.best = {"step": self.step, "top1": main["top1"], "loss": main["loss"]}
        if self.place.first:
            self.journal.write(record)
            self.progress.show(record)
            if unreadable:
                self.journal.write(
                    {"kind": "unreadable", "step": self.step, "count": unreadable, "of": images}
                )
            if self.best["step"] == self.step:
                plain = getattr(model, "plain_state_dict", model.state_dict)()
                write_whole(self.folder / "weights.pt", lambda file: torch.save(plain, file))
            write_report(self.folder, self.config)

    def _go_on(self, images: int) -> None:
        if self.signal is not None:
            raise _InterruptedError

    def _save(self) -> None:
        self._check_finite()
        if self.place.first:
            self.checkpoints.save(self.step, self.state(), self.best["step"])


def main(arguments: list[str] | None = None) -> int:
    """Train; the exit status is 0 when the run is complete, 1 where something stopped it, 128 + N after signal N."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True, help="folders of images, shards, or 'synthetic'")
    parser.add_argument("--val", help="images to hold out, where --data does not hold them")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(__file__).parent,
        help="where model.py and config.yaml are",
    )
    parser.add_argument("--resume", action="store_true", help="go on from the newest checkpoint")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change the recipe"
    )
    parser.add_argument(
        "--device", choices=("cpu", "cuda"), help="a GPU where there is one, unless given"
    )
    given = parser.parse_args(arguments)
    try:
        return _main(given)
    except (RunError, OSError) as error:  # a full disk, mostly; the last checkpoint is whole
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the first step, from where on signals are waited for
        return 128 + signal.SIGINT
    finally:
        leave()


def _main(given: argparse.Namespace) -> int:
    config = read_config(given.folder / "config.yaml", given.set)
    place = join(given.device)

    def say(message: str) -> None:
        if place.first:
            print(message, file=sys.stderr)

    with begin(given.folder, place, resume=given.resume) as resuming:
        data = open_data(given.data, given.val, config)
        training = Training(given.folder, config, place, data)
        state = training.checkpoints.newest(say) if resuming else None
        agree(state["step"] if state else 0, place)
        if state is not None:
            check_same_run(state, config, training.facts(), given.set, say)
            training.load(state)
            if training.complete:
                say(f"the run is complete: --set training.epochs=N makes more than {config.epochs}")
                return 0
        elif resuming:
            say("there is no checkpoint yet: the run starts at its beginning")
        with interruptible(training.stop):
            training.run()
    if training.signal is None:
        return 0
    name = signal.Signals(training.signal).name
    say(f"stopped by {name} after step {training.step}: --resume goes on from there")
    return 128 + training.signal


if __name__ == "__main__":
    sys.exit(main())
