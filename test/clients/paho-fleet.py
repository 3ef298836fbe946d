"""A fleet of Eclipse Paho clients, of both versions, that all speak at once.

python3 paho-fleet.py PORT COUNT

Each client says a few messages to its neighbour with each QoS. Prints one JSON object: how many messages came, and how
many were missing, came twice, or came out of order among those of their QoS.
"""

import json
import sys
import threading
import time

import paho.mqtt.client as mqtt

port, count = int(sys.argv[1]), int(sys.argv[2])
ROUNDS = 4
PATIENCE = 20


class Member:
    def __init__(self, number):
        self.number, self.heard = number, []
        self.ready, self.complete = threading.Event(), threading.Event()
        generation = getattr(mqtt, "CallbackAPIVersion", None)
        first = [] if generation is None else [generation.VERSION1]
        version = mqtt.MQTTv311 if number % 2 == 0 else mqtt.MQTTv5
        self.paho = mqtt.Client(*first, client_id=f"paho-{number}", protocol=version)
        self.paho.max_inflight_messages_set(20)
        self.paho.on_connect = lambda *_: self.paho.subscribe(f"paho/{number}/+", qos=2)
        self.paho.on_subscribe = lambda *_: self.ready.set()
        self.paho.on_message = self.hear
        self.paho.connect("127.0.0.1", port)
        self.paho.loop_start()

    def hear(self, _client, _data, message):
        self.heard.append((message.qos, int(message.payload)))
        if len(self.heard) >= 3 * ROUNDS:
            self.complete.set()

    def speak(self):
        neighbour = (self.number + 1) % count
        for number in range(ROUNDS):
            for qos in (0, 1, 2):
                self.paho.publish(f"paho/{neighbour}/{qos}", str(number), qos)

    def leave(self):
        self.paho.disconnect()
        self.paho.loop_stop()


members = [Member(number) for number in range(count)]
deadline = time.monotonic() + PATIENCE
for member in members:
    member.ready.wait(max(0, deadline - time.monotonic()))
for member in members:
    member.speak()
for member in members:
    member.complete.wait(max(0, deadline - time.monotonic()))
# What comes too often comes now.
time.sleep(0.5)

expected = {(qos, number) for qos in (0, 1, 2) for number in range(ROUNDS)}
outcome = {"heard": 0, "missing": 0, "twice": 0, "out of order": 0}
for member in members:
    outcome["heard"] += len(member.heard)
    outcome["missing"] += len(expected - set(member.heard))
    outcome["twice"] += len(member.heard) - len(set(member.heard))
    for qos in (0, 1, 2):
        numbers = [number for its, number in member.heard if its == qos]
        outcome["out of order"] += numbers != sorted(numbers)
print(json.dumps(outcome))
for member in members:
    member.leave()
