"""What was run, in lines for the page: grid, budget, counts, versions."""

from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import DIVERGED


def setting(experiment, kept):
    """What was run, for the page: the grid and the budget."""
    seeds, epochs = list(experiment.seeds), experiment.epochs
    axes = {
        name: ", ".join(f"{value:g}" for value in values)
        for name, values in experiment.axes.items()
    }
    own = [
        f"{arm.name}: {name} {', '.join(f'{v:g}' for v in values)}"
        for arm in experiment.arms
        for name, values in arm.axes.items()
    ]
    lines = {
        "data": "; ".join(words.dataset(each) for each in experiment.datasets),
        "models": ", ".join(model.name for model in experiment.builders),
        "arms": ", ".join(arm.name for arm in experiment.arms),
        **{
            f"{n.replace('_', ' ')}, the same for every arm": v for n, v in axes.items()
        },
        "axes of single arms": "; ".join(own),
        "widened where a best value lay at an edge": "; ".join(widened(experiment)),
        "axes chosen on": piloted(experiment),
        "seeds": f"{len(seeds)}, from {seeds[0]} to {seeds[-1]}; trials of one seed "
        "share split, initial weights and batch order",
        "differences speak of": "; ".join(words.estimands(experiment.datasets)),
        "optimizer": words.optimizer(experiment.optimizer),
        "budget": f"{epochs} epochs of batches of {experiment.batch_size}",
        "kept from the published table": f"{kept} trials, whose curves are not known"
        if kept
        else "",
    }
    return {name: text for name, text in lines.items() if text}


def piloted(experiment):
    """The pilot that chose the values, in words; nothing without one."""
    if experiment.pilot is None:
        return ""
    seeds, epochs = list(experiment.pilot.seeds), experiment.piloted().epochs
    return f"{len(seeds)} other seeds, from {seeds[0]} to {seeds[-1]}, {epochs} epochs"


def widened(experiment):
    """What a search added to each axis, in words, and for how many arms."""
    added = {}
    for axes in experiment.wider.values():
        for axis, values in axes.items():
            added.setdefault(axis, []).append(values)
    for axis, values in added.items():
        every = sorted({value for own in values for value in own})
        told = ", ".join(f"{value:g}" for value in every)
        yield f"{axis.replace('_', ' ')}, at most {told}, of {len(values)} arms"


def counted(results):
    """How many trials there are, how they ended and on what they ran, for the page."""
    records = results.records.values()
    diverged = sum(record.status == DIVERGED for record in records)
    ran_on = sorted({words.listed(r.environment, "{0} {1}") for r in records} - {""})
    lines = {
        "trials": f"{len(records)}, diverged {diverged}" if results.cells else "",
        "ran on": "; ".join(ran_on),
    }
    return {name: text for name, text in lines.items() if text}
