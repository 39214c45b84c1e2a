"""Layout: where the boxes and lines of a diagram go, in layers from top to bottom (Sugiyama's method).

Boxes stand in even layers, as deep as the longest way to them; the label of a link is a box too, in an odd
layer between its ends. Where a link passes a layer it takes a place of its own there, so no line runs through
a box and no two boxes overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import inf
from typing import Final, TypeAlias

SWEEPS: Final = 24
GAP: Final = 28.0  # between boxes of a layer
PORT_GAP: Final = 15.0  # between lines that end at one side of a box
PORT_MARGIN: Final = 18.0
STUB: Final = 12.0  # what is straight at the end of a line
LAYER_GAP: Final = (46.0, 92.0)  # between layers, the more the further a line goes sideways
SLOPE: Final = 0.11
STRAIGHT: Final = 50.0  # how much more a line that can meet a box straight wants to
STRAIGHTENINGS: Final = 3  # one line that is moved makes room for others
STIFFNESS: Final = 6.0  # how much more a long line wants to be straight than a short one

Point: TypeAlias = tuple[float, float]
Layers: TypeAlias = tuple[tuple[str, ...], ...]
Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Extent:
    """What a box needs to the left and to the right of its axis, and its height.

    `room` is what has to be free of height around its middle, where that is more.
    """

    left: float
    right: float
    height: float
    room: float = 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """A line from one box to another with a label, itself a box, on its way."""

    name: str
    source: str
    target: str
    label: Extent


@dataclass(frozen=True, slots=True)
class Route:
    """The two lines of a link: from the source to the label, and from there to the target.

    Between two points with the same x the line is straight, elsewhere an S that leaves and arrives upright.
    """

    out: tuple[Point, ...]
    into: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is: the middle of the upper side of each box and label, and each link's route."""

    tops: Mapping[str, Point]
    routes: Mapping[str, Route]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """The layers with all that stands in them, and which neighbours are joined, the upper one first."""

    layers: Layers
    extents: Mapping[str, Extent]
    chains: Mapping[str, tuple[str, ...]]

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return tuple(pair for chain in self.chains.values() for pair in pairwise(chain))


def laid_out(boxes: Mapping[str, Extent], links: Sequence[Link]) -> Layout:
    """Return a layout of boxes and of links between different ones.

    Args:
        boxes: what each box needs; the first is where everything starts.
        links: no name may be that of a box.
    """
    grid = _ordered(_grid(boxes, links))
    across = _straightened(grid, boxes, _across(grid))
    shift = -min(across[name] - grid.extents[name].left for layer in grid.layers for name in layer)
    across = {name: x + shift for name, x in across.items()}
    ports = _ports(grid, boxes, across)
    bands = tuple(_bands(grid, ports))
    down = {
        name: _middle(bands[i], grid.extents[name]) for i, layer in enumerate(grid.layers) for name in layer
    }
    routes = {}
    for link in links:
        chain = grid.chains[link.name]
        upper, lower = _halves(chain, chain.index(link.name), grid, bands, ports, down)
        routes[link.name] = (
            Route(upper, lower) if chain[0] == link.source else Route(lower[::-1], upper[::-1])
        )
    return Layout(
        {name: (across[name], down[name]) for name in (*boxes, *routes)},
        routes,
        max(across[name] + grid.extents[name].right for layer in grid.layers for name in layer),
        bands[-1][1],
    )


def _grid(boxes: Mapping[str, Extent], links: Sequence[Link]) -> _Grid:
    ends = _downward(boxes, links)
    depths = _depths(boxes, tuple(ends.values()))
    layers: list[list[str]] = [[] for _ in range(2 * max(depths.values()) + 1)]
    extents = dict(boxes)
    for name in boxes:
        layers[2 * depths[name]].append(name)
    chains = {}
    # links that have no choice come first, so that the others can go where there is room
    for link in sorted(links, key=lambda each: depths[ends[each.name][1]] - depths[ends[each.name][0]]):
        upper, lower = ends[link.name]
        passed = range(2 * depths[upper] + 1, 2 * depths[lower])
        place = min(passed[::2], key=lambda layer: _used(layers[layer], extents))
        inner = {layer: link.name if layer == place else f"{link.name}/{layer}" for layer in passed}
        for layer, name in inner.items():
            layers[layer].append(name)
            extents[name] = link.label if name == link.name else Extent(0, 0, 0)
        chains[link.name] = (upper, *inner.values(), lower)
    return _Grid(tuple(map(tuple, layers)), extents, chains)


def _used(layer: Sequence[str], extents: Mapping[str, Extent]) -> float:
    return sum(extents[name].left + extents[name].right for name in layer)


def _downward(boxes: Mapping[str, Extent], links: Sequence[Link]) -> dict[str, Pair]:
    """The ends of each link, the upper one first: what leads back on a walk is turned round."""
    ends: dict[str, Pair] = {}
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        done.add(name)
        for link in (each for each in links if each.source == name):
            back = link.target in way
            ends[link.name] = (link.target, name) if back else (name, link.target)
            if link.target not in done:
                walk(link.target, (*way, link.target))

    for name in boxes:
        if name not in done:
            walk(name, (name,))
    return ends


def _depths(boxes: Mapping[str, Extent], ends: Sequence[Pair]) -> dict[str, int]:
    """How many links the longest way to each box has."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = max((depth(upper) + 1 for upper, lower in ends if lower == name), default=0)
        return depths[name]

    return {name: depth(name) for name in boxes}


def _ordered(grid: _Grid) -> _Grid:
    """Order each layer so that few lines cross: by barycenters, up and down, then by swapping neighbours."""
    pairs = grid.pairs
    best = layers = grid.layers
    for sweep in range(SWEEPS):
        layers = _swept(layers, pairs, downward=sweep % 2 == 0)
        best = min(best, layers, key=lambda each: _crossings(each, pairs))
    return _Grid(_swapped(best, pairs), grid.extents, grid.chains)


def _swept(layers: Layers, pairs: Sequence[Pair], *, downward: bool) -> Layers:
    done: list[tuple[str, ...]] = []
    for layer in layers if downward else layers[::-1]:
        before = {name: place for place, name in enumerate(done[-1])} if done else {}
        wishes = {}
        for place, name in enumerate(layer):
            near = [before[other] for other in _neighbours(name, pairs) if other in before]
            wishes[name] = sum(near) / len(near) if near else float(place)
        done.append(tuple(sorted(layer, key=wishes.__getitem__)))
    return tuple(done if downward else done[::-1])


def _neighbours(name: str, pairs: Sequence[Pair]) -> Iterator[str]:
    for upper, lower in pairs:
        if upper == name:
            yield lower
        if lower == name:
            yield upper


def _swapped(layers: Layers, pairs: Sequence[Pair]) -> Layers:
    """Swap neighbours as long as that takes crossings away."""
    least, found = _crossings(layers, pairs), True
    while found:
        found = False
        for i, layer in enumerate(layers):
            for k in range(len(layer) - 1):
                row = layers[i]
                tried = (*layers[:i], (*row[:k], row[k + 1], row[k], *row[k + 2 :]), *layers[i + 1 :])
                if (count := _crossings(tried, pairs)) < least:
                    layers, least, found = tried, count, True
    return layers


def _crossings(layers: Layers, pairs: Sequence[Pair]) -> int:
    place = {name: (depth, x) for depth, layer in enumerate(layers) for x, name in enumerate(layer)}
    gaps: dict[int, list[tuple[int, int]]] = {}
    for upper, lower in pairs:
        gaps.setdefault(place[upper][0], []).append((place[upper][1], place[lower][1]))
    return sum(
        (one[0] - other[0]) * (one[1] - other[1]) < 0
        for lines in gaps.values()
        for one, other in combinations(lines, 2)
    )


def _across(grid: _Grid) -> dict[str, float]:
    """The x of each axis: near its neighbours', as far as the layer has room."""
    weights = _weights(grid)
    across: dict[str, float] = {}
    for layer in grid.layers:
        across.update(zip(layer, _spaced([0.0] * len(layer), _gaps(grid, layer)), strict=True))
    for sweep in range(4 * SWEEPS):
        for layer in grid.layers if sweep % 2 == 0 else grid.layers[::-1]:
            pulls = [sum(weights[name].values()) for name in layer]
            wishes = [
                sum(across[other] * w for other, w in weights[name].items()) / pull if pull else across[name]
                for name, pull in zip(layer, pulls, strict=True)
            ]
            pulls = [pull or 1.0 for pull in pulls]
            across.update(zip(layer, _spaced(wishes, _gaps(grid, layer), pulls), strict=True))
    return across


def _straightened(grid: _Grid, boxes: Mapping[str, Extent], across: Mapping[str, float]) -> dict[str, float]:
    """Give each link as few bends as it can have where it runs, box by box in the order of the chains.

    Springs share a bend out among all layers; a line that is straight and bends once is easier to follow.
    """
    places = dict(across)
    for chain in STRAIGHTENINGS * tuple(grid.chains.values()):
        for run, low, high in _runs(chain, grid, boxes, places):
            inner = [name for name in run if name not in boxes]
            wish = sum(places[name] for name in inner) / max(len(inner), 1)
            places.update(dict.fromkeys(inner, max(low, min(high, wish))))
    return places


def _runs(
    chain: Sequence[str], grid: _Grid, boxes: Mapping[str, Extent], places: Mapping[str, float]
) -> list[tuple[list[str], float, float]]:
    """Cut a chain into few runs that can each be straight, with the x between which they can."""
    runs: list[tuple[list[str], float, float]] = []
    for name in chain:
        low, high = _port_span(boxes[name], places[name]) if name in boxes else _free(name, grid, places)
        if runs and max(low, runs[-1][1]) <= min(high, runs[-1][2]):
            run, old_low, old_high = runs.pop()
            runs.append(([*run, name], max(low, old_low), min(high, old_high)))
        else:
            runs.append(([name], low, high))
    return runs


def _free(name: str, grid: _Grid, places: Mapping[str, float]) -> tuple[float, float]:
    """Between which x a cell can be moved while its neighbours stay."""
    layer = next(layer for layer in grid.layers if name in layer)
    at, gaps = layer.index(name), _gaps(grid, layer)
    low = places[layer[at - 1]] + gaps[at - 1] if at else -inf
    high = places[layer[at + 1]] - gaps[at] if at + 1 < len(layer) else inf
    return low, high


def _port_span(extent: Extent, axis: float) -> tuple[float, float]:
    """Between which x a line can meet a box."""
    half = max(extent.left - PORT_MARGIN, 0.0)
    return axis - half, axis + half


def _weights(grid: _Grid) -> dict[str, dict[str, float]]:
    weights: dict[str, dict[str, float]] = {name: {} for layer in grid.layers for name in layer}
    for chain in grid.chains.values():
        ends = {chain[0], chain[-1]}
        for upper, lower in pairwise(chain):
            weight = 1.0 if ends & {upper, lower} else STIFFNESS
            weights[upper][lower] = weights[lower][upper] = weight
    return weights


def _gaps(grid: _Grid, layer: Sequence[str]) -> list[float]:
    return [grid.extents[a].right + GAP + grid.extents[b].left for a, b in pairwise(layer)]


def _spaced(
    wishes: Sequence[float],
    gaps: Sequence[float],
    weights: Sequence[float] | None = None,
    bounds: tuple[float, float] = (-inf, inf),
) -> list[float]:
    """The places nearest to the wishes, in their order, that keep the gaps and the bounds.

    Least squares under order: without the gaps it is isotonic regression, which pools what is out of order.
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for wish, offset, weight in zip(wishes, offsets, weights or [1.0] * len(wishes), strict=True):
        mean, total, count = wish - offset, weight, 1
        while pools and pools[-1][0] > mean:
            other, heavy, many = pools.pop()
            mean = (mean * total + other * heavy) / (total + heavy)
            total, count = total + heavy, count + many
        pools.append((mean, total, count))
    low, high = bounds[0], bounds[1] - offsets[-1]
    even = [max(low, min(high, mean)) for mean, _, count in pools for _ in range(count)]
    return [place + offset for place, offset in zip(even, offsets, strict=True)]


def _ports(grid: _Grid, boxes: Mapping[str, Extent], across: Mapping[str, float]) -> dict[Pair, float]:
    """Where lines meet boxes: (box, neighbour) → x."""
    ports: dict[Pair, float] = {}
    for name in across:
        for side in (0, 1):
            near = [pair[1 - side] for pair in grid.pairs if pair[side] == name]
            near.sort(key=across.__getitem__)
            if not near:
                continue
            places = [across[name]] * len(near)
            if name in boxes:
                bounds = _port_span(boxes[name], across[name])
                gap = min(PORT_GAP, (bounds[1] - bounds[0]) / max(len(near) - 1, 1))
                wishes = [across[other] for other in near]
                pulls = [STRAIGHT if bounds[0] <= wish <= bounds[1] else 1.0 for wish in wishes]
                places = _spaced(wishes, [gap] * (len(near) - 1), pulls, bounds)
            ports.update({(name, other): x for other, x in zip(near, places, strict=True)})
    return ports


def _bands(grid: _Grid, ports: Mapping[Pair, float]) -> Iterator[tuple[float, float]]:
    """The top and the bottom of each layer."""
    top = 0.0
    for layer in grid.layers:
        bottom = top + max(max(grid.extents[name].height, grid.extents[name].room) for name in layer)
        yield top, bottom
        sideways = [abs(ports[a, b] - ports[b, a]) for a, b in grid.pairs if a in layer]
        low, high = LAYER_GAP
        top = bottom + min(high, low + SLOPE * max(sideways, default=0.0))


def _middle(band: tuple[float, float], extent: Extent) -> float:
    return (band[0] + band[1] - extent.height) / 2


def _halves(
    chain: tuple[str, ...],
    label: int,
    grid: _Grid,
    bands: Sequence[tuple[float, float]],
    ports: Mapping[Pair, float],
    down: Mapping[str, float],
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The two lines of a link from top to bottom, above its label and below it."""
    layer_of = {name: i for i, layer in enumerate(grid.layers) for name in layer}
    points = []
    for upper, lower in pairwise(chain):
        x, to = ports[upper, lower], ports[lower, upper]
        bottom, top = bands[layer_of[upper]][1], bands[layer_of[lower]][0]
        leaves = down[upper] + grid.extents[upper].height
        points.append(((x, leaves), (x, bottom + STUB), (to, top - STUB), (to, down[lower])))
    above, below = points[:label], points[label:]
    return tuple(p for four in above for p in four), tuple(p for four in below for p in four)
