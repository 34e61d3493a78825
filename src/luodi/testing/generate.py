"""Generated records, for demos, tests and benchmarks where no real data may be shipped.

Nothing here is measured on a machine. Every table says by its function's name where it comes
from, and whoever shows a figure made from it says that the data are generated.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

WEAR_STEP = {"L": 2, "M": 3, "H": 5}
"""Minutes of tool wear that a product of each quality adds."""
OVERSTRAIN = {"L": 11_000, "M": 12_000, "H": 13_000}
"""Wear times torque, in min Nm, above which a tool of each quality breaks."""
_SERIAL = {"L": 47_000, "M": 14_000, "H": 29_000}
_TOOL_FAILS = 51 / 120
"""Of 120 worn-out tools in the published data 51 failed; the others were replaced in time."""

DEVICE_WEIGHTS = {
    "Temperature [C]": 0.30,
    "Vibration [mm/s]": 1.20,
    "Pressure [bar]": -0.80,
    "Current [A]": 0.50,
    "Running time [h]": 0.02,
}
DEVICE_NOISE = 0.5
_DEVICE_RANGE = ((20.0, 90.0), (0.5, 12.0), (1.0, 8.0), (2.0, 30.0), (0.0, 500.0))


def machine_failure(rows: int = 10_000, seed: int = 0) -> pl.DataFrame:
    """Generated records of the process behind AI4I 2020, with the same columns.

    The process is that of S. Matzka, "Explainable Artificial Intelligence for Predictive
    Maintenance Applications", 2020: quality L, M or H in 50, 30 and 20 % of products; air
    temperature a random walk with a deviation of 2 K around 300 K; process temperature 10 K
    above it with a deviation of 1 K; torque normal around 40 Nm with a deviation of 10 Nm; five
    independent ways to fail. Of the speed the paper only says that it follows from a power, with
    normal noise. Here the power is 2,050 W and another 105.7 W for each Nm, and the noise 50 rpm,
    which gives speeds and failure counts near the published ones.

    Args:
        rows: Number of products.
        seed: Seed of every random choice.

    Returns:
        One row a product. ``Machine failure`` is 1 where any of TWF (tool wear), HDF (heat
        dissipation), PWF (power), OSF (overstrain) and RNF (random) is 1, so these five are the
        target in disguise. About 3 to 4 % fail.

    Example:
        >>> machine_failure(1000)["Type"].unique().sort().to_list()
        ['H', 'L', 'M']
    """
    random = np.random.default_rng(seed)
    quality = random.choice(np.array(["L", "M", "H"]), rows, p=[0.5, 0.3, 0.2])
    air = (300 + 2 * _walk(random, rows)).round(1)
    process = (air + 10 + _walk(random, rows)).round(1)
    torque = np.maximum(random.normal(40, 10, rows), 3.5).round(1)
    turning = (2050 / torque + 105.7) * 60 / (2 * np.pi)
    speed = (turning + random.normal(0, 50, rows)).round().astype(np.int64)
    wear, worn = _tool(random, quality)
    limit = np.array([OVERSTRAIN[one] for one in quality])
    power = torque * speed * 2 * np.pi / 60
    modes = {
        "TWF": worn,
        "HDF": ((process - air).round(1) < 8.6) & (speed < 1380),
        "PWF": (power < 3500) | (power > 9000),
        "OSF": wear * torque > limit,
        "RNF": random.random(rows) < 0.001,
    }
    failed = np.any(list(modes.values()), axis=0)
    return pl.DataFrame(
        {
            "UDI": np.arange(1, rows + 1),
            "Product ID": [f"{one}{_SERIAL[one] + row}" for row, one in enumerate(quality)],
            "Type": quality.tolist(),
            "Air temperature [K]": air,
            "Process temperature [K]": process,
            "Rotational speed [rpm]": speed,
            "Torque [Nm]": torque,
            "Tool wear [min]": wear,
            "Machine failure": failed.astype(np.int64),
            **{name: mode.astype(np.int64) for name, mode in modes.items()},
        }
    )


def device_state(rows: int = 1000, seed: int = 0) -> tuple[pl.DataFrame, float]:
    """Generated readings of a device whose state is a linear function of them and noise.

    Args:
        rows: Number of readings.
        seed: Seed of every random choice.

    Returns:
        The table with five readings and ``State``, and the noise floor: the RMSE that a perfect
        model is left with. :func:`device_truth` gives the state without noise.

    Example:
        >>> table, floor = device_state(200)
        >>> table.width, floor
        (6, 0.5)
    """
    random = np.random.default_rng(seed)
    readings = {
        name: random.uniform(low, high, rows).round(3)
        for name, (low, high) in zip(DEVICE_WEIGHTS, _DEVICE_RANGE, strict=True)
    }
    table = pl.DataFrame(readings)
    state = device_truth(table) + random.normal(0, DEVICE_NOISE, rows)
    return table.with_columns(pl.Series("State", state)), DEVICE_NOISE


def device_truth(table: pl.DataFrame) -> Doubles:
    """The noise-free state of each row that :func:`device_state` made."""
    weights = np.array(list(DEVICE_WEIGHTS.values()))
    return np.asarray(10.0 + table.select(DEVICE_WEIGHTS.keys()).to_numpy() @ weights)


def sensor_rows(rows: int, columns: int = 30, seed: int = 0) -> pl.DataFrame:
    """Generated sensor readings in any number, to see how time and memory grow.

    Args:
        rows: Number of rows.
        columns: Number of feature columns: all numeric, 1 % missing, but the last, ``line``,
            which names one of 20 production lines.
        seed: Seed of every random choice.

    Returns:
        The features and ``fault``, 1 in about 5 % of the rows.

    Example:
        >>> sensor_rows(100, 4).columns
        ['sensor_01', 'sensor_02', 'sensor_03', 'line', 'fault']
    """
    random = np.random.default_rng(seed)
    common = random.normal(size=rows).astype(np.float32)
    line = random.integers(0, 20, rows)
    risk = (line % 5 == 0).astype(np.float32) + random.normal(0, 0.5, rows).astype(np.float32)
    readings: dict[str, pl.Series] = {}
    for number in range(1, columns):
        values = 0.5 * common + random.normal(size=rows).astype(np.float32)
        if number <= 6:
            risk += np.abs(values) if number % 2 else 0.5 * values
        values[random.random(rows) < 0.01] = np.nan
        readings[f"sensor_{number:02}"] = pl.Series(values.astype(np.float64)).fill_nan(None)
    names = np.array([f"line {number}" for number in range(20)])
    fault = (risk > np.quantile(risk[:1_000_000], 0.95)).astype(np.int8)
    return pl.DataFrame({**readings, "line": names[line], "fault": fault})


def press_line(
    days: int = 365,
    per_day: int = 100,
    seed: int = 0,
    *,
    start: str = "2023-01-01",
    faults: bool = False,
) -> pl.DataFrame:
    """Generated records of a press in a hall that is cold in winter; not measured anywhere.

    A press fails when it is tight: the more torque and vibration, the likelier, and no more in
    winter than in summer.

    Args:
        days: How many days.
        per_day: Products a day, evenly spaced.
        seed: Seed of every random choice.
        start: The first day.
        faults: Whether four things happen: the vibration sensor holds one value from 1/6 to 1/5
            of the time; the hall is told in degrees Fahrenheit from 1/3 to 2/5; and from 3/5 on
            new tools make it fail when it is slow instead of when it is tight. The seasons come
            anyway.

    Returns:
        ``time``, ``hall [C]``, ``torque [Nm]``, ``vibration [mm/s]``, ``speed [rpm]``, ``grade``
        and ``failed`` (yes or no), about one in twelve yes.
    """
    random = np.random.default_rng(seed)
    rows = days * per_day
    minutes = (np.arange(rows) * (24 * 60 / per_day)).astype(np.int64)
    time = np.datetime64(start, "us") + minutes.astype("timedelta64[m]")
    day_of_year = (time - time.astype("datetime64[Y]")) / np.timedelta64(1, "D")
    hall = 18 - 8 * np.cos(2 * np.pi * day_of_year / 365.25) + random.normal(0, 1.2, rows)
    torque = random.normal(40, 10, rows)
    vibration = np.exp(random.normal(0.8, 0.35, rows))
    speed = random.normal(1500, 120, rows)
    drive = (torque - 40) / 7 + (vibration - 2.4) / 0.9 - 3.6
    share = np.arange(rows) / rows
    if faults:
        drive = np.where(share < 0.6, drive, (1500 - speed) / 70 - 3.2)
        stuck = (share >= 1 / 6) & (share < 1 / 5)
        vibration = np.where(stuck, 2.31, vibration)
        hall = np.where((share >= 1 / 3) & (share < 2 / 5), hall * 9 / 5 + 32, hall)
    fails = random.random(rows) < 1 / (1 + np.exp(-drive))
    return pl.DataFrame(
        {
            "time": time,
            "hall [C]": hall.round(2),
            "torque [Nm]": torque.round(2),
            "vibration [mm/s]": vibration.round(3),
            "speed [rpm]": speed.round(0),
            "grade": random.choice(np.array(["L", "M", "H"]), rows).tolist(),
            "failed": np.where(fails, "yes", "no").tolist(),
        }
    )


def _walk(random: np.random.Generator, rows: int) -> Doubles:
    """A random walk, moved and scaled to mean 0 and deviation 1."""
    steps = np.cumsum(random.normal(size=rows))
    deviation = steps.std()
    return np.asarray((steps - steps.mean()) / (deviation if deviation > 0 else 1.0))


def _tool(
    random: np.random.Generator, quality: NDArray[np.str_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Wear of the tool at each product, and whether it fails there of wear.

    A tool lasts a random 200 to 240 minutes; then it fails or is replaced in time.
    """
    wear = np.zeros(len(quality), np.int64)
    failed = np.zeros(len(quality), bool)
    used, life = 0, random.uniform(200, 240)
    for row, one in enumerate(quality):
        wear[row] = used
        if used < life:
            used += WEAR_STEP[str(one)]
            continue
        failed[row] = random.random() < _TOOL_FAILS
        used, life = 0, random.uniform(200, 240)
    return wear, failed
