"""The barest service of the same libraries: FastAPI on uvicorn, one route, one GET from Redis. No key, no receipt."""

import sys

import redis.asyncio
import uvicorn
from fastapi import FastAPI, Response

app = FastAPI()


def main() -> None:
    """`python -m bench.bare_api PORT REDIS_URL`"""
    client = redis.asyncio.Redis.from_url(sys.argv[2])

    @app.get("/bare/{uscc}")
    async def bare(uscc: str) -> Response:
        return Response(await client.get(f"bare:{uscc}"), media_type="application/json")

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning",
                access_log=False)  # fmt: skip


if __name__ == "__main__":
    main()
