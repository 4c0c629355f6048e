"""Optimisers, schedules, averages and losses, each against somebody else's or against arithmetic."""

import math

import pytest

torch = pytest.importorskip("torch", reason="training runs a network")

from torch import nn  # noqa: E402

from inception_graph.peers import importing  # noqa: E402
from inception_graph.training import standalone  # noqa: E402

config = standalone.module("config")
errors = standalone.module("errors")
heads = standalone.module("heads")
modules = standalone.module("modules")
optimizers = standalone.module("optimizers")
schedules = standalone.module("schedules")

RECIPE = {
    "epochs": 10, "optimizer": "sgd", "learning_rate": 0.1, "momentum": None, "decay": None,
    "epsilon": None, "weight_decay": 0.0, "weight_decay_on": "all", "bias_rate": 1.0,
    "schedule": "constant", "schedule_factor": 0.5, "schedule_every": 2.0, "schedule_power": 2.0,
    "schedule_end": 0.0, "schedule_unit": "epoch", "schedule_update": "step", "warmup": 0.0,
}  # fmt: skip


def recipe(**changes):
    return config.Config(**{**RECIPE, **changes})


def network(*normalised):
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), *normalised, nn.ReLU(), nn.Flatten(), nn.Linear(16, 5))


def after(model, optimizer, steps=6):
    torch.manual_seed(1)
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(8, 3, 4, 4)).square().mean().backward()
        optimizer.step()
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


@pytest.mark.parametrize("epsilon", [1.0, 1e-3])
@pytest.mark.parametrize("weight_decay", [0.0, 0.01])
def test_rmsprop_is_that_of_tensorflow(epsilon, weight_decay):
    try:
        importing.timm()
    except importing.PeerMissing as missing:
        pytest.skip(f"timm is the oracle: {missing}")
    from timm.optim import RMSpropTF

    ours, theirs = network(), network()
    made = optimizers.make_optimizer(
        ours,
        recipe(optimizer="rmsprop", learning_rate=0.01, epsilon=epsilon, weight_decay=weight_decay),
    )
    reference = RMSpropTF(
        theirs.parameters(), 0.01, alpha=0.9, eps=epsilon, momentum=0.9, weight_decay=weight_decay
    )
    torch.testing.assert_close(after(ours, made), after(theirs, reference))


def test_rmsprop_of_torch_is_another_optimiser():
    ours, theirs = network(), network()
    made = optimizers.make_optimizer(ours, recipe(optimizer="rmsprop", learning_rate=0.01))
    reference = torch.optim.RMSprop(theirs.parameters(), 0.01, alpha=0.9, eps=1.0, momentum=0.9)
    assert (after(ours, made) - after(theirs, reference)).abs().max() > 1e-3


@pytest.mark.parametrize(
    ("changes", "reference"),
    [
        ({"optimizer": "sgd"}, lambda w: torch.optim.SGD(w, 0.1, momentum=0.9)),
        ({"optimizer": "sgd", "momentum": 0.0}, lambda w: torch.optim.SGD(w, 0.1)),
        (
            {"optimizer": "adamw", "weight_decay": 0.05},
            lambda w: torch.optim.AdamW(w, 0.1, weight_decay=0.05),
        ),
    ],
)
def test_others_are_those_of_torch(changes, reference):
    ours, theirs = network(), network()
    made = after(ours, optimizers.make_optimizer(ours, recipe(**changes)))
    torch.testing.assert_close(made, after(theirs, reference(theirs.parameters())))


def test_which_weights_decay_and_how_fast_biases_learn():
    model = network(nn.BatchNorm2d(4))
    made = optimizers.make_optimizer(
        model, recipe(weight_decay=0.1, weight_decay_on="weights", bias_rate=2.0)
    )
    names = {weight: name for name, weight in model.named_parameters()}
    groups = {
        (group["weight_decay"], group["factor"]): {names[weight] for weight in group["params"]}
        for group in made.param_groups
    }
    assert groups == {
        (0.1, 1.0): {"0.weight", "4.weight"},
        (0.0, 2.0): {"0.bias", "4.bias"},
        (0.0, 1.0): {"1.weight", "1.bias"},
    }
    optimizers.set_rate(made, 0.5)
    assert {group["factor"]: group["lr"] for group in made.param_groups} == {1.0: 0.5, 2.0: 1.0}


@pytest.mark.parametrize(
    ("changes", "rates"),
    [
        ({}, {0: 0.1, 39: 0.1}),
        ({"schedule": "step"}, {0: 0.1, 7: 0.1, 8: 0.05, 16: 0.025}),
        ({"schedule": "step", "schedule_unit": "step", "schedule_every": 3}, {2: 0.1, 3: 0.05}),
        ({"schedule": "exponential"}, {0: 0.1, 4: 0.1 * 0.5**0.5, 8: 0.05}),
        ({"schedule": "exponential", "schedule_update": "epoch"}, {3: 0.1, 4: 0.1 * 0.5**0.5, 7: 0.1 * 0.5**0.5}),
        ({"schedule": "cosine", "schedule_end": 0.02}, {0: 0.1, 20: 0.06, 40: 0.02}),
        ({"schedule": "poly"}, {0: 0.1, 20: 0.025, 40: 0.0}),
        ({"warmup": 2}, {0: 0.0125, 6: 0.0875, 7: 0.1, 8: 0.1}),
        ({"warmup": 2, "schedule_update": "epoch"}, {0: 0.05, 3: 0.05, 4: 0.1}),
        ({"warmup": 4, "schedule_unit": "step"}, {0: 0.025, 3: 0.1}),
        ({"warmup": 2, "schedule": "poly", "schedule_power": 1}, {8: 0.1, 24: 0.05, 40: 0.0}),
    ],
)  # fmt: skip
def test_rates(changes, rates):
    rate = schedules.Schedule(recipe(**changes), steps_per_epoch=4)
    assert {step: rate(step) for step in rates} == pytest.approx(rates)


@pytest.mark.parametrize("field", ["optimizer", "schedule"])
def test_unknown_words_are_told(field):
    use = {
        "optimizer": lambda asked: optimizers.make_optimizer(network(), asked),
        "schedule": lambda asked: schedules.Schedule(asked, 4),
    }
    with pytest.raises(errors.RunError, match=f"no {field} 'adam'"):
        use[field](recipe(**{field: "adam"}))


def test_average_follows_weights_and_statistics():
    model = network(nn.BatchNorm2d(4))
    average = optimizers.Average(model, 0.5)
    first, statistics = model[0].weight.clone(), model[1].running_mean.clone()
    with torch.no_grad():
        model[0].weight += 1
        model[1].running_mean += 1
        model[1].num_batches_tracked += 7
    average.update(model)  # (1 + 0) / (10 + 0) of the old
    torch.testing.assert_close(average.model[0].weight, first + 0.9)
    torch.testing.assert_close(average.model[1].running_mean, statistics + 0.9)
    assert average.model[1].num_batches_tracked == 7
    for _ in range(20):
        average.update(model)
    before = average.model[0].weight.clone()
    with torch.no_grad():
        model[0].weight += 1
    average.update(model)
    torch.testing.assert_close(average.model[0].weight, before + 0.5, atol=1e-4, rtol=0)


def test_losses_are_smoothed_weighted_and_leave_out_what_could_not_be_read():
    losses = heads.Losses({"aux": 0.3}, smoothing=0.1)
    scores, labels = torch.randn(4, 5), torch.tensor([1, 4, -1, 0])
    found = losses({"logits": scores, "aux": torch.zeros(4, 5)}, labels)
    logs, rows = scores.log_softmax(1), [(0, 1), (1, 4), (3, 0)]
    smooth = [-(0.9 * logs[i, label] + 0.1 / 5 * logs[i].sum()) for i, label in rows]
    torch.testing.assert_close(found["logits"], torch.stack(smooth).mean())
    assert found["aux"] == pytest.approx(math.log(5))
    assert losses.total(found) == pytest.approx(float(found["logits"]) + 0.3 * math.log(5))


class Stages(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5))
        self.second = nn.Sequential(nn.Flatten(), nn.Linear(16, 5))

    def forward(self, x):
        return self.second(self.first(x))


def test_checkpointed_stages_learn_the_same_and_count_statistics_once():
    place = standalone.module("processes").Place(0, 1, torch.device("cpu"))
    states = []
    for checkpointing in (False, True):
        torch.manual_seed(0)
        model = Stages()
        asked = recipe(gradient_checkpointing=checkpointing, sync_norm=False, compile=False)
        called = modules.for_scale(model, asked, place)
        torch.manual_seed(1)
        called(torch.randn(8, 3, 4, 4)).square().sum().backward()
        states.append([*model.state_dict().values(), *(w.grad for w in model.parameters())])
    assert all(torch.equal(plain, again) for plain, again in zip(*states, strict=True))


@pytest.mark.parametrize(
    ("text", "overrides", "fault"),
    [
        ("epochs 5", [], "config.yaml:1: write 'name: value'"),
        ("# a\nepochs: 5\nx y: 1", [], "config.yaml:3: "),
        ("epochs: 0", [], "'epochs' is 0: it must be 1 or more"),
        ("epochs: 5", ["epoch=4"], "the recipe has no 'epoch': did you mean 'epochs'?"),
        ("epochs: 5", ["epochs"], "'--set epochs' is not of the form name=value"),
        ("epochs: 5", ["epochs=many"], "'epochs' must be a number, not 'many'"),
        ("epochs: 5", ["epochs=true"], "'epochs' must be a number, not True"),
        ("compile: false", ["compile=1"], "'compile' must be true or false, not 1"),
    ],
)
def test_faults_of_a_recipe_are_told(tmp_path, text, overrides, fault):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(errors.RunError) as told:
        config.read_config(path, overrides)
    assert fault in str(told.value)


def test_a_recipe_is_read_and_overridden(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(
        '# a recipe\nepochs: 5\noptimizer: "sgd"\nclip_norm: null\ncrop_area: [0.08, 1]\n'
    )
    found = config.read_config(path, ["optimizer=adamw", "clip_norm=2.0", "epochs=7"])
    assert vars(found) == {
        "epochs": 7, "optimizer": "adamw", "clip_norm": 2.0, "crop_area": [0.08, 1],
    }  # fmt: skip
    assert found.changed_since({**vars(found), "epochs": 5}) == {"epochs": (5, 7)}


@pytest.mark.parametrize(
    ("given", "changes", "answer"),
    [
        ([], {}, None),
        ([], {"workers": 4}, None),
        ([], {"learning_rate": 0.2}, "say --set training.learning_rate=... if it is to change"),
        (["learning_rate=0.2"], {"learning_rate": 0.2}, None),
        (["training.learning_rate=0.2"], {"learning_rate": 0.2}, None),
        (["batch=8"], {"batch": 8}, "it cannot change on the way, take another folder"),
        ([], {"digest": "b"}, "the checkpoints are of another spec"),
    ],
)
def test_what_may_change_when_a_run_goes_on(given, changes, answer):
    resuming = standalone.module("resuming")
    then = {**RECIPE, "digest": "a", "batch": 4, "workers": 2}
    data, said = {"classes": ["a", "b"], "images": 9}, []
    state = {"config": then, "step": 5, "data": data}
    asked = config.Config(**{**then, **changes})
    if answer is not None:
        with pytest.raises(errors.RunError, match=answer):
            resuming.check_same_run(state, asked, data, given, said.append)
        return
    resuming.check_same_run(state, asked, data, given, said.append)
    told = ["'learning_rate' was 0.1 until step 5, and is 0.2 from there"]
    assert said == (told if given else [])


def test_other_data_are_refused_when_a_run_goes_on():
    resuming = standalone.module("resuming")
    then = {"classes": ["a", "b"], "images": 9}
    state = {"config": RECIPE, "step": 5, "data": then}
    with pytest.raises(errors.RunError, match="9 images of 2 classes then, 8 images of 2 classes"):
        resuming.check_same_run(state, recipe(), {**then, "images": 8}, [], lambda _: None)
