"""A client of Eclipse Paho that keeps its session: `sub` prints messages, `pub` publishes the lines that it reads.

Messages are of QoS 2. `sub` ends after so many of them, and subscribes only if the server has no session of it.
"""

import argparse
import sys
import threading
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

SESSION_SECONDS = 600
RECONNECT_SECONDS = 1


def options_of(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["sub", "pub"])
    parser.add_argument("url")
    parser.add_argument("client_id")
    parser.add_argument("topic")
    parser.add_argument("version", choices=["3.1.1", "5"])
    parser.add_argument("messages", type=int)
    parser.add_argument("--will-topic")
    parser.add_argument("--will-payload")
    return parser.parse_args(words)


def new_client(options, address):
    transport = "websockets" if address.scheme == "ws" else "tcp"
    version = {"protocol": mqtt.MQTTv5} if options.version == "5" else {"clean_session": False}
    client = mqtt.Client(options.client_id, transport=transport, **version)
    client.reconnect_delay_set(RECONNECT_SECONDS, RECONNECT_SECONDS)
    if transport == "websockets":
        client.ws_set_options(path=address.path)
    if options.will_topic:
        client.will_set(options.will_topic, options.will_payload, qos=2)
    return client


def connect(client, options, address):
    if options.version == "5":
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_SECONDS
        client.connect(address.hostname, address.port, clean_start=False, properties=properties)
    else:
        client.connect(address.hostname, address.port)


def subscribe(client, options, address):
    received = []
    all_received = threading.Event()

    def connected(_client, _data, flags, *_rest):
        if not flags["session present"]:
            client.subscribe(options.topic, qos=2)

    def receive(_client, _data, message):
        received.append(message.payload.decode())
        if len(received) == options.messages:
            all_received.set()

    client.on_connect = connected
    client.on_message = receive
    connect(client, options, address)
    client.loop_start()
    all_received.wait()
    print("\n".join(received), flush=True)


def publish(client, options, address):
    # `wait_for_publish` refuses a message that was taken while there was no connection, though it is sent on the next.
    completed = threading.Semaphore(0)
    client.on_publish = lambda *_: completed.release()
    connect(client, options, address)
    client.loop_start()
    lines = iter(sys.stdin.readline, "")
    published = [client.publish(options.topic, line.rstrip("\n"), qos=2) for line in lines]
    for _ in published:
        completed.acquire()


def main(words):
    options = options_of(words)
    address = urlsplit(options.url)
    client = new_client(options, address)
    {"sub": subscribe, "pub": publish}[options.role](client, options, address)
    client.disconnect()
    client.loop_stop()


main(sys.argv[1:])
