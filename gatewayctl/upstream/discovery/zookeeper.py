"""Instances that are the children of a ZooKeeper node: ephemeral nodes whose data says where each is.

kazoo runs in threads of its own; whatever it notices (a child, data, the session) only says that all is to be read
again, which is done at most ten times a second. A lost session changes nothing but that it is trouble.
"""

import asyncio
import json
import logging
from importlib import import_module
from typing import Any, Final

from gatewayctl.plan.model import InstancePlan
from gatewayctl.plan.upstreams import ZookeeperPlan
from gatewayctl.upstream.discovery.base import Listener
from gatewayctl.upstream.discovery.entries import BadEntry, good, instance_of

APART: Final = 0.1
"""Seconds between two readings."""
AGAIN: Final = 5.0
"""Seconds until a node that is not there is asked for again; also how long one request may take."""
_PATIENCE: Final = 5.0
"""Seconds until it is trouble that nobody answers."""


class ZookeeperSource:
    """See ``Source``."""

    def __init__(self, plan: ZookeeperPlan) -> None:
        self._plan = plan

    async def run(self, listener: Listener) -> None:
        await asyncio.to_thread(import_module, "kazoo.client")  # takes a while, which traffic should not wait for
        from kazoo.client import KazooClient
        from kazoo.retry import KazooRetry

        loop = asyncio.get_running_loop()
        stirred, connected = asyncio.Event(), asyncio.Event()

        def on_state(state: str) -> None:
            loop.call_soon_threadsafe(_note, state, connected, stirred)

        silent = logging.Logger("kazoo", logging.CRITICAL + 1)  # what it has to say is said as trouble, once
        retry = KazooRetry(max_tries=-1, delay=0.1, max_delay=5.0)
        client = KazooClient(
            hosts=self._plan.hosts, timeout=10.0, connection_retry=retry, read_only=True, logger=silent
        )
        client.add_listener(on_state)

        def on_event(event: object) -> None:
            loop.call_soon_threadsafe(stirred.set)

        client.start_async()
        try:
            while True:
                await self._await(stirred, connected, listener)
                stirred.clear()
                wait = None
                try:
                    children = await asyncio.to_thread(_read, client, self._plan.path, on_event)
                    found, problem = good(children, lambda data: _instance(data, self._plan.scheme))
                    listener.found(found)
                    if problem:
                        listener.trouble(problem)
                except BadEntry as error:
                    listener.trouble(f"ZooKeeper at {self._plan.hosts}: {error}")
                    wait = AGAIN
                await asyncio.sleep(APART)
                if wait is not None:
                    stirred.set()
                    await asyncio.sleep(wait)
        finally:
            await asyncio.shield(asyncio.to_thread(_end, client))

    async def _await(self, stirred: asyncio.Event, connected: asyncio.Event, listener: Listener) -> None:
        """Until there is something to read; says so where nobody is connected to for long."""
        while not (stirred.is_set() and connected.is_set()):
            try:
                async with asyncio.timeout(_PATIENCE):
                    await (stirred if connected.is_set() else connected).wait()
            except TimeoutError:
                if not connected.is_set():
                    listener.trouble(f"ZooKeeper at {self._plan.hosts} cannot be reached")


def _note(state: str, connected: asyncio.Event, stirred: asyncio.Event) -> None:
    if state == "CONNECTED":
        connected.set()
        stirred.set()  # watches of before may be gone
    else:
        connected.clear()


def _read(client: Any, path: str, on_event: Any) -> dict[str, object]:
    """The data of all children, each watched. In a thread: it waits for the server."""
    from kazoo.exceptions import ConnectionLoss, KazooException, NoAuthError, NoNodeError
    from kazoo.handlers.threading import KazooTimeoutError

    children: dict[str, object] = {}
    try:
        names = client.get_children_async(path, watch=on_event).get(timeout=AGAIN)
        waiting = [(name, client.get_async(f"{path.rstrip('/')}/{name}", watch=on_event)) for name in names]
        for name, answer in waiting:
            try:
                children[name] = answer.get(timeout=AGAIN)[0]
            except NoNodeError:
                continue  # gone in between; its watch has said so
    except NoNodeError:
        raise BadEntry(f"there is no node {path}") from None
    except NoAuthError:
        raise BadEntry(f"the node {path} may not be read") from None
    except (ConnectionLoss, KazooTimeoutError):
        raise BadEntry("the connection broke") from None
    except KazooException as error:
        raise BadEntry(f"it answers with {type(error).__name__}") from None
    return children


def _end(client: Any) -> None:
    client.stop()
    client.close()


def _instance(data: object, scheme: str) -> InstancePlan:
    """JSON: a URL, or a table (of which only what is known here is read); else the text ``host:port``."""
    text = data.decode(errors="replace").strip() if isinstance(data, bytes) else ""
    if not text:
        raise BadEntry("it holds nothing")
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        if text[0] in '{["':
            raise BadEntry("it is not JSON") from None
        entry = text
    return instance_of(entry, scheme)
