"""The report's pictures, drawn with matplotlib."""

from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "supportmesh"  # the same figures give the same file

from matplotlib import pyplot as plt  # noqa: E402

from benchmarks.quality.scores import Guess, calibration, coverage_curve  # noqa: E402

Sets = dict[str, list[Guess]]


def draw_coverage(sets: Sets, path: Path) -> None:
    """How accurate the intents are on the surest part of the messages, over that part's share."""
    figure, axes = plt.subplots(figsize=(6, 4))
    for name, guesses in sets.items():
        axes.plot(*zip(*coverage_curve(guesses), strict=True), marker=".", label=name)
    axes.axvline(0.7, color="grey", linestyle=":", linewidth=1)
    axes.axhline(0.9, color="grey", linestyle=":", linewidth=1)
    axes.set(xlabel="share of the messages, surest first", ylabel="accuracy", ylim=(0.5, 1.01), xlim=(0, 1.01))
    _save(figure, axes, path)


def draw_calibration(sets: Sets, path: Path) -> None:
    """How often the intent is right, over how sure it says it is."""
    figure, axes = plt.subplots(figsize=(6, 4))
    axes.plot((0, 1), (0, 1), color="grey", linestyle=":", linewidth=1)
    for name, guesses in sets.items():
        points = calibration(guesses)
        axes.plot([sure for sure, _, _ in points], [right for _, right, _ in points], marker="o", label=name)
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.01), ylim=(0, 1.01))
    _save(figure, axes, path)


def _save(figure: plt.Figure, axes: plt.Axes, path: Path) -> None:
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
