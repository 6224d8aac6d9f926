"""`python -m bench.names`: a name looked up among a million, beside rapidfuzz over all of them."""

import argparse
import gc
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

from rapidfuzz import fuzz, process

from bench import machine
from liancheng.naming import NameIndex
from liancheng.naming.words import divisions, words

_FORMS = ("有限公司",) * 17 + ("有限责任公司", "股份有限公司", "厂")
_SLIPS = ("as printed", "form", "region", "industry", "typing", "unknown")


def main() -> None:
    options = _options()
    names = list(dict.fromkeys(made_up(options.names, random.Random(1))))
    gc.freeze()
    before, started = machine.memory_mb(os.getpid())[0], time.perf_counter()
    index = NameIndex((f"{number:018}", name, ()) for number, name in enumerate(names))
    built = time.perf_counter() - started
    memory = machine.memory_mb(os.getpid())[0] - before
    figures: dict[str, object] = {"names": len(names), "build_s": round(built, 1), "memory_mb": round(memory)}
    for slip in _SLIPS:
        queries = [_slip(name, slip) for name in random.Random(2).sample(names, options.queries)]
        timed = [_timed(partial(_ask, index, query)) for query in queries]
        found = statistics.fmean(count for _, count in timed)
        figures[slip] = _spread([ms for ms, _ in timed]) | {"candidates": round(found, 2)}
    sample = random.Random(3).sample(names, 5)
    figures["rapidfuzz over all"] = _spread([_timed(partial(_brute, query, names))[0] for query in sample])
    figures["put and remove"] = _spread([_timed(partial(_change, index))[0] for _ in range(200)])
    figures["load"] = round(machine.load(), 1)
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")


def made_up(count: int, rng: random.Random) -> Iterator[str]:
    """Names as a register has them: few words are in many names, most are in few."""
    characters = _characters()
    places = [name for _, name in divisions()] + ["上海市", "江苏省", "浙江省", "安徽省"]
    trades = [word for word in words().industries if word not in words().weak]
    general = ["", "", "", *sorted(words().weak)]
    common = ["".join(rng.choices(characters, k=2)) for _ in range(20_000)]
    ranks = [1 / (rank + 10) for rank in range(len(common))]
    for core in rng.choices(common, ranks, k=count):
        rare = "".join(rng.choices(characters, k=rng.choice((1, 2)))) if rng.random() < 0.4 else ""
        place = rng.choice(places).removesuffix("市") if rng.random() < 0.9 else ""
        yield f"{place}{core}{rare}{rng.choice(trades)}{rng.choice(general)}{rng.choice(_FORMS)}"


def _characters() -> list[str]:
    """Two thousand characters of GB 2312's first level, which are the frequent ones."""
    every = (bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    return [c for c in every if c][:2_000]


def _slip(name: str, slip: str) -> str:
    """The name as somebody else writes it."""
    if slip == "form":
        return name.replace("有限责任公司", "公司").replace("有限公司", "有限责任公司")
    if slip == "region":
        return name[2:]
    if slip == "industry":
        return name.replace("有限公司", "科技有限公司")
    if slip == "typing":
        return f"{name[:5]}{name[4:5]}{name[6:]}"
    return f"虚构{name[4:]}" if slip == "unknown" else name


def _ask(index: NameIndex, query: str) -> int:
    return len(index.candidates(query))


def _brute(query: str, names: list[str]) -> int:
    return len(process.extract(query, names, scorer=fuzz.ratio, limit=10, score_cutoff=75))


def _change(index: NameIndex) -> int:
    index.put("9" * 18, "虚构示例化工有限公司", ["虚构样例化工有限公司"])
    index.remove("9" * 18)
    return 0


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    started = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - started), result


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p99_ms": round(ordered[int(0.99 * (len(ordered) - 1))], 2),
        "max_ms": round(ordered[-1], 2),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.names", description=__doc__)
    parser.add_argument("--names", type=int, default=1_000_000, metavar="N", help="names in the index (1000000)")
    parser.add_argument("--queries", type=int, default=500, metavar="N", help="queries of each kind (500)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
