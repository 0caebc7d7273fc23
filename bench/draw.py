"""Draws the ratios to the floor from the benchmark's JSON as an SVG picture; needs nothing but Python.

usage: python3 bench/draw.py out.json > docs/performance/ratios.svg
"""
import json
import math
import sys

COLORS = {"ours": "#4269d0", "libtorch": "#ff725c", "dlib": "#efb118"}
LEFT, RIGHT, TOP, ROW = 120, 40, 60, 16
WIDTH = 860
LOW, HIGH = 0.3, 3000  # ratios shown, on a logarithmic scale


def place(ratio):
    part = math.log(max(LOW, min(HIGH, ratio)) / LOW) / math.log(HIGH / LOW)
    return LEFT + part * (WIDTH - LEFT - RIGHT)


def bars(case, y):
    label = f"{case['case']}, {case['threads']} thread" + ("s" if case["threads"] > 1 else "")
    yield f'<text x="{LEFT - 8}" y="{y + ROW}" text-anchor="end">{label}</text>'
    for name, color in COLORS.items():
        time = case["ours_min"] if name == "ours" else case[name]
        if time is None:
            continue
        ratio = time / (case["floor_min"] if name == "ours" else case["floor"])
        end = place(ratio)
        yield f'<rect x="{place(LOW)}" y="{y}" width="{end - place(LOW):.1f}" height="{ROW - 4}" fill="{color}"/>'
        yield f'<text x="{end + 4:.1f}" y="{y + ROW - 6}">{ratio:.3g}</text>'
        y += ROW


def picture(cases):
    height = TOP + len(cases) * (3 * ROW + 10) + 30
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12">'
    yield '<rect width="100%" height="100%" fill="white"/>'
    yield f'<text x="{LEFT}" y="24" font-size="16">time as a multiple of the hand-written floor (1 is the line; shorter is faster)</text>'
    for i, (name, color) in enumerate(COLORS.items()):
        yield f'<text x="{LEFT + 110 * i}" y="46" fill="{color}">{name}</text>'
    for case_number, case in enumerate(cases):
        yield from bars(case, TOP + case_number * (3 * ROW + 10))
    yield f'<line x1="{place(1)}" x2="{place(1)}" y1="{TOP - 6}" y2="{height - 20}" stroke="black"/>'
    yield "</svg>"


print("\n".join(picture(json.load(open(sys.argv[1])))))
