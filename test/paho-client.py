"""Speaks to a broker with Eclipse Paho, and prints one line for each thing that works.

python3 paho-client.py PORT VERSION (4 or 5)
"""

import queue
import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

port, version = int(sys.argv[1]), int(sys.argv[2])
PATIENCE = 10


class Client:
    """A client that remembers what came."""

    def __init__(self, name, clean=True, will=None, **connect):
        generation = getattr(mqtt, "CallbackAPIVersion", None)
        first = [] if generation is None else [generation.VERSION1]
        more = {} if version == 5 else {"clean_session": clean}
        self.paho = mqtt.Client(*first, client_id=name, protocol=version, **more)
        self.messages, self.answers, self.connected = queue.Queue(), queue.Queue(), queue.Queue()
        self.paho.on_message = lambda client, data, message: self.messages.put(message)
        self.paho.on_subscribe = lambda *details: self.answers.put(details)
        self.paho.on_connect = lambda client, data, flags, *rest: self.connected.put((flags, *rest))
        if will is not None:
            self.paho.will_set(*will)
        if version == 5:
            connect["clean_start"] = clean
        self.paho.connect("127.0.0.1", port, **connect)
        self.paho.loop_start()
        self.welcome = self.connected.get(timeout=PATIENCE)

    def subscribe(self, topic, qos=2, **more):
        self.paho.subscribe(topic, qos, **more) if version == 4 else self.paho.subscribe(
            topic, options=SubscribeOptions(qos=qos, **more)
        )
        self.answers.get(timeout=PATIENCE)

    def publish(self, topic, text, qos=1, **more):
        self.paho.publish(topic, text, qos, **more).wait_for_publish()

    def next(self):
        return self.messages.get(timeout=PATIENCE)

    def texts(self, count):
        return [self.next().payload.decode() for _ in range(count)]

    def nothing(self):
        time.sleep(0.3)
        return self.messages.empty()

    def leave(self):
        self.paho.disconnect()
        self.paho.loop_stop()

    def vanish(self):
        self.paho._sock_close()
        self.paho.loop_stop()


def properties(kind, **values):
    made = Properties(kind)
    for name, value in values.items():
        setattr(made, name, value)
    return made


def works(name, holds):
    if not holds:
        sys.exit(f"failed: {name}")
    print(name, flush=True)


one, two = Client("one"), Client("two")
one.subscribe("t/#")
for qos in (0, 1, 2):
    two.publish("t/x", str(qos), qos)
messages = [one.next() for _ in range(3)]
works("every QoS", [(m.payload, m.qos) for m in messages] == [(b"0", 0), (b"1", 1), (b"2", 2)])

two.publish("r/x", "kept", retain=True)
one.subscribe("r/+")
works("retained", one.next().retain)
two.publish("r/x", "", retain=True)
one.next()

mortal = Client("mortal", will=("w/x", "gone", 1))
one.subscribe("w/#")
mortal.vanish()
works("will", one.texts(1) == ["gone"])

expiry = {"properties": properties(PacketTypes.CONNECT, SessionExpiryInterval=60)} if version == 5 else {}
away = Client("away", clean=False, **expiry)
away.subscribe("a/#")
away.leave()
for qos in (1, 2):
    two.publish("a/x", str(qos), qos)
away = Client("away", clean=False, **expiry)
works("a session that was away", away.texts(2) == ["1", "2"])

if version == 5:
    three = Client("three", properties=properties(PacketTypes.CONNECT, TopicAliasMaximum=5, ReceiveMaximum=3))
    works("what the broker offers", three.welcome[2].TopicAliasMaximum > 0)
    three.subscribe("p/#", retainAsPublished=True)
    said = properties(
        PacketTypes.PUBLISH,
        UserProperty=[("a", "2"), ("c", "3")],
        ResponseTopic="p/answer",
        CorrelationData=b"334",
        ContentType="text/plain",
        MessageExpiryInterval=60,
        TopicAlias=1,
    )
    two.publish("p/x", "first", properties=said)
    two.publish("", "second", properties=said)
    heard = [three.next() for _ in range(2)]
    works(
        "properties and aliases",
        all(m.properties.UserProperty == [("a", "2"), ("c", "3")] for m in heard)
        and all(m.properties.CorrelationData == b"334" for m in heard)
        and [m.properties.TopicAlias for m in heard] == [1, 1]
        and [m.topic for m in heard] == ["p/x", ""],
    )
    one.subscribe("l/#", noLocal=True)
    one.publish("l/x", "mine")
    works("no local", one.nothing())
    one.subscribe("$share/g/s/#")
    three.subscribe("$share/g/s/#")
    for text in "1234":
        two.publish("s/x", text)
    works("shared", sorted(one.texts(2) + three.texts(2)) == ["1", "2", "3", "4"])

for client in (one, two, away):
    client.leave()
