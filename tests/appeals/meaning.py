"""An embedder for tests: words of one meaning are one direction, whichever word it is."""

import numpy as np
from django.db import connection

MEANINGS = [("断电", "停电", "供电", "电网"), ("补贴", "资助"), ("积水", "内涝"), ("搬迁", "迁移")]


class Meaning:
    """`asked` and `told`: what it was given; `depths`: in how many transactions of ours."""

    def __init__(self, name="meanings 1"):
        self.name, self.asked, self.told, self.depths = name, [], [], []

    def query(self, texts):
        self.asked += texts
        return self._vectors(texts)

    def passages(self, texts):
        self.told += texts
        return self._vectors(texts)

    def _vectors(self, texts):
        self.depths.append(len(connection.savepoint_ids))
        rows = [[sum(map(text.count, words)) for words in MEANINGS] + [0.1] for text in texts]
        floats = np.array(rows, np.float32)
        return floats / np.linalg.norm(floats, axis=1, keepdims=True)
