"""What Python takes of a list of n elements by [start:stop:step], _ for a limit that is not given; no slices of step 0.

python tests/references/slices.py > tests/references/slices.txt
"""
limits = (None, -7, -6, -5, -2, 0, 1, 3, 5, 7)
for n in 0, 1, 5:
    for start in limits:
        for stop in limits:
            for step in None, -7, -2, -1, 1, 2, 7:
                words = ("_" if word is None else word for word in (start, stop, step))
                print(n, *words, ":", *range(n)[start:stop:step])
