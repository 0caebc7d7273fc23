"""Writes csv_cases.txt: files of comma-separated numbers, and the table that each is, or where it is wrong.

    python tests/references/csv_cases.py        with pandas and NumPy

A line is a file: with or without a header (1, 0), its bytes in hexadecimal digits, then "table", the number of rows, of
columns and the numbers row by row as float32 in hexadecimal digits; or "error", the line and the column, 0 for a fault
of the whole line. Names of columns follow in hexadecimal digits.

The cells are those of the csv module in its strict mode, the numbers those of float() rounded once to float32. What
is a table here must be the same table in pandas, and in NumPy's genfromtxt where that can read it; the script stops
where it is not. What they read and we refuse is counted by reason, and printed.
"""

import collections
import csv
import io
import itertools
import math
import random
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd

BLANK = " \t"
refused = collections.Counter()


class Wrong(Exception):
    pass


def nearest_float32(text):
    """The float32 that is nearest to the digits, rounded once."""
    exact = Fraction(text)
    with np.errstate(all="ignore"):
        near = np.float32(float(text))
    if math.isinf(near):
        below = np.nextafter(np.float32(np.inf), np.float32(0))
        return near if abs(exact) >= Fraction(float(below)) + Fraction(2) ** 103 else np.copysign(below, near)
    with np.errstate(all="ignore"):
        around = [np.nextafter(near, np.float32(-np.inf)), near, np.nextafter(near, np.float32(np.inf))]
    around = [c for c in around if not math.isinf(c)]
    best = min(around, key=lambda c: (abs(Fraction(float(c)) - exact), int(c.view(np.uint32)) & 1))
    return np.copysign(best, np.float32(-1 if text.startswith("-") else 1)) if best == 0 else best


def number(cell):
    text = cell.strip(BLANK)
    if not text or "_" in text or not text.isascii() or text != text.strip():
        raise Wrong("no number")
    try:
        value = float(text)
    except ValueError:
        raise Wrong("no number") from None
    if not any(c.isdigit() for c in text):
        raise Wrong("infinite or NaN")
    if math.isinf(value) or math.isinf(near := nearest_float32(text)):
        raise Wrong("too large for float")
    return near


def lines_of(data):
    """Lines with their numbers, empty ones too."""
    text = data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    return list(enumerate(lines[:-1] if lines[-1] == "" else lines, 1))


def cells_of(line):
    return next(csv.reader([line], strict=True))


def column_of_bad_quote(line):
    """Which cell it is that the strict mode refuses: the first whose text alone, or with what follows, is refused."""
    column, at = 1, 0
    while True:
        if at < len(line) and line[at] == '"':
            end = at + 1
            while True:
                end = line.find('"', end)
                if end < 0:
                    return column
                if line[end + 1 : end + 2] != '"':
                    break
                end += 2
            at = end + 1
            if at < len(line) and line[at] != ",":
                return column
        at = line.find(",", at)
        if at < 0:
            return column
        column, at = column + 1, at + 1


def without_blanks_behind_quotes(line):
    """Which the strict mode refuses, and we take."""
    for _ in range(20):
        line = line.replace('" ,', '",').replace('"\t,', '",')
    return line.rstrip(BLANK) if line.rstrip(BLANK).endswith('"') else line


def expected(data, header):
    """("table", names, rows) or ("error", line, column, reason)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "error", 1, 0, "UTF-16"
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    names, rows, width, empty = [], [], 0, 0
    for place, line in lines_of(data):
        if not line.strip(BLANK):
            empty = empty or (place if width else 0)
            continue
        if header and width == 0 and "\0" in line:
            return "error", place, 0, "NUL"
        try:
            cells = cells_of(without_blanks_behind_quotes(line))
        except csv.Error:
            column = column_of_bad_quote(line)
            return "error", place, column, "quotes"
        if header and width == 0:
            names, width = cells, len(cells)
            try:
                if '"' not in line and all([number(name) is not None for name in names]):
                    return "error", place, 0, "numbers as names"
            except Wrong:
                pass
            continue
        if width and len(cells) != width:
            return "error", place, 0, "ragged"
        row = []
        for column, cell in enumerate(cells, 1):
            try:
                row.append(number(cell))
            except Wrong as wrong:
                return "error", place, column, str(wrong)
        width = len(cells)
        if width == 1 and empty:
            return "error", place, 0, "empty line in one column"
        rows.append(row)
    if width == 0:
        return "error", 0, 0, "empty file"
    return "table", names, rows


def pandas_table(data, header):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pd.read_csv(
            io.BytesIO(data),
            header=0 if header else None,
            index_col=False,
            dtype=str,
            na_filter=False,
            encoding="utf-8",
        )
    return frame


def numpy_table(data, header):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = data.decode("utf-8-sig")
        return np.loadtxt(
            io.StringIO(text, newline=None), delimiter=",", skiprows=int(header), quotechar='"', ndmin=2, comments=None
        )


def check(data, header, result):
    """Others read the same table. They may read what we refuse."""
    try:
        frame = pandas_table(data, header)
        numbers = [[number(cell) for cell in row] for row in frame.to_numpy().tolist()]
    except Exception:
        numbers = None
    if result[0] == "error":
        if numbers is not None:
            refused[result[3]] += 1
        return
    _, names, rows = result
    if numbers is not None and rows:
        assert numbers == rows, (data, numbers, rows)
        if header and len(set(names)) == len(names) and all(names):
            assert list(frame.columns) == [n.encode("latin-1").decode() for n in names], (data, names)
    if (
        rows
        and not data.lstrip(b"\xef\xbb\xbf\r\n \t").startswith(b'"')
        and all(line.strip(BLANK) for _, line in lines_of(data))
    ):
        try:
            again = numpy_table(data, header)
        except ValueError:
            again = None
        if again is not None:
            assert again.astype(np.float32).shape == np.array(rows).shape, (data, again, rows)
            assert np.allclose(again, np.array(rows, dtype=float), rtol=1e-6, atol=1e-37), (data, again, rows)


ENDS = ["\n", "\r\n", "\r"]
MARKS = [b"", b"\xef\xbb\xbf"]
GOOD = [
    "0",
    "1",
    "-2",
    "+3",
    "1.5",
    ".5",
    "2.",
    "-0",
    "1e3",
    "1E-3",
    "1e+2",
    "16777217",
    "0.1",
    "3.4028235e38",
    "1e-45",
    "1.17549435e-38",
    "7e-46",
    "1e-50",
    "-1e-50",
    "1e-400",
    "-1e-9999",
    "0.0000000000000000000000000000000000000001",
    "100000000000000000000000000000000000000",
    "0e999",
    "0.1000000014901161193847656250000001",
    "33554433",
    "340282346638528859811704183484516925440",
    " 1",
    "1\t",
    "  2.5 ",
    '"1"',
    '"-2.5"',
    '" 3 "',
    '"4" ',
]
BAD = [
    "",
    " ",
    "x",
    "1x",
    "1.2.3",
    "--1",
    "+-1",
    "++1",
    "+",
    "-",
    ".",
    "e5",
    "1e",
    "1e+",
    "0x10",
    "1_000",
    "1 2",
    "1;2",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "Infinity",
    "NA",
    "1e39",
    "-1e39",
    "1e999",
    "-1e999",
    "3.4028236e38",
    "1000000000000000000000000000000000000000",
    "1e99999999999999999999",
    '""',
    '" "',
    '"1',
    '"1"2',
    '"1""',
    '1"',
    '"1,5"',
    "1\x00",
    "\x00",
    "\xa01",
    "\u22121",
    "True",
    "1f",
    "1,",
    "#1",
]
NAMES = ["a", "b c", '"d, e"', '"f ""g"""', "", "h", "1", '"2"', "\u00e9", "'i'", " j", 'k"l']


def table(rows, end, last=True):
    return end.join(rows) + (end if last else "")


def cases():
    draw = random.Random(17)
    for end, mark, last, header in itertools.product(ENDS, MARKS, [True, False], [True, False]):
        first = ["a,b"] if header else []
        yield mark + table(first + ["1,2", "3,4"], end, last).encode(), header
        yield mark + table(first + ["1,2", "3"], end, last).encode(), header
        yield mark + table(["", *first, "", "1,2", " ", "3,4", "", ""], end, last).encode(), header
        yield mark + table((["a"] if header else []) + ["1", "2", "", ""], end, last).encode(), header
        yield mark + table((["a"] if header else []) + ["1", "", "2"], end, last).encode(), header
        yield mark + table(first, end, last).encode(), header
        yield mark + table(first + ["1,2", "3,4,"], end, last).encode(), header
        yield mark + table([line + "," for line in first + ["1,2"]], end, last).encode(), header
    for cell in GOOD + BAD:
        yield f"a,b\n{cell},1\n2,3\n".encode(), True
        yield f"a,b\r\n1,2\r\n3,{cell}".encode(), True
        yield f"a\n{cell}\n".encode(), True
        yield f"{cell},{cell}\n".encode(), False
    for count in (1, 2, 3):
        for names in (
            itertools.product(NAMES, repeat=count) if count < 3 else [draw.choices(NAMES, k=3) for _ in range(60)]
        ):
            yield (",".join(names) + "\n" + ",".join(["1", "2", "3"][:count]) + "\n").encode(), True
    for data in (
        b"",
        b"\n",
        b"\r\n\r\n",
        b"\xef\xbb\xbf",
        b" ",
        b"\xff\xfea\x00,\x00b\x00\n\x00",
        b"\xfe\xff\x00a\x00\n",
        "a,b\n1,2\n".encode("utf-16-le"),
        b"a,b\n1,2\n\x00",
        b"a\x00,b\n1,2\n",
        b"\x00" * 100,
        b"1,2\n\n\r\n3,4",
        b"a,b\n1,2\r\r\n3,4\n",
        b"a;b\n1;2\n",
        b"a\tb\n1\t2\n",
        b"a,b\n1,2\n3,4,5\n6,x\n",
        b"a,b\n1,2,x\n",
        b'a,"b\n"\n1,2\n',
        b'a,b\n"1\n",2\n',
        b"a,b\n1,2\n" * 2,
        b"1,2\n3,4\n",
    ):
        yield data, True
        yield data, False
    for _ in range(400):
        width, end = draw.randint(1, 4), draw.choice(ENDS)
        bad = draw.random() < 0.3
        rows = [[draw.choice(GOOD) for _ in range(width)] for _ in range(draw.randint(1, 5))]
        if bad:
            draw.choice(rows)[draw.randrange(width)] = draw.choice(BAD)
        lines = [",".join(row) for row in rows]
        header = draw.random() < 0.5
        if header:
            lines.insert(0, ",".join(draw.choices(NAMES, k=width)))
        if draw.random() < 0.3:
            lines.insert(draw.randrange(len(lines) + 1), draw.choice(["", " ", "\t"]))
        if draw.random() < 0.1:
            lines[draw.randrange(len(lines))] += ","
        yield draw.choice(MARKS) + table(lines, end, draw.random() < 0.7).encode(), header


def main():
    seen = set()
    with open(Path(__file__).with_suffix(".txt"), "w") as out:
        for data, header in cases():
            if (data, header) in seen:
                continue
            seen.add((data, header))
            result = expected(data, header)
            check(data, header, result)
            out.write(f"{int(header)} {data.hex() or '-'} ")
            if result[0] == "error":
                out.write(f"error {result[1]} {result[2]}\n")
                continue
            _, names, rows = result
            width = len(rows[0]) if rows else len(names)
            out.write(f"table {len(rows)} {width}")
            for value in itertools.chain(*rows):
                out.write(f" {int(np.float32(value).view(np.uint32)):08x}")
            for name in names:
                out.write(f" {name.encode('latin-1').hex() or '-'}")
            out.write("\n")
    print(len(seen), "files")
    print("pandas reads, and we refuse:", dict(refused))


main()
