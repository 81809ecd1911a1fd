#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors
"""
Two virtual machines with node_exporter, and a Prometheus that scrapes them. This
program is its Alertmanager: Prometheus sends it the alerts.
"""

import contextlib
import http.server
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests"))

import tap  # noqa: E402 # pylint: disable=wrong-import-position

READER = os.path.join(TOP, "userspace/taskmap")
RULES = os.path.join(TOP, "contrib/prometheus/rules.yml")
MODULE = os.environ["TASKMAP_MODULE"]
# Seconds for a boot and some scrapes. Only a failure takes so long.
LIMIT = 600

# Ports of the network namespace that "check" makes, in which all are free.
PLAIN, DEVIANT, PROMETHEUS = 9101, 9102, 9090


class Alertmanager(http.server.ThreadingHTTPServer):
    """Puts each alert that Prometheus sends into a queue."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Receiver)
        self.alerts = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # pylint: disable=invalid-name
        length = int(self.headers["Content-Length"])
        for alert in json.loads(self.rfile.read(length)):
            self.server.alerts.put(alert["labels"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


@contextlib.contextmanager
def running(*command, **options):
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def machine(port, *shape):
    return running(
        os.path.join(TOP, "tests/vm/run"), "--kernel", "6.1", "--memory", "512",
        "--timeout", str(LIMIT), "--forward", f"{port}:9100", "--",
        os.path.join(TOP, "tests/fleet/guest"), MODULE, *shape,
        cwd=TOP, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def prometheus(folder, alertmanager, targets):
    path = os.path.join(folder, "prometheus.yml")
    with open(path, "w", encoding="utf-8") as file:
        # JSON is YAML.
        json.dump({
            "global": {"scrape_interval": "2s", "evaluation_interval": "2s"},
            "rule_files": [RULES],
            "scrape_configs": [{
                "job_name": "fleet",
                "static_configs": [{"targets": [f"127.0.0.1:{each}"],
                                    "labels": {"machine": name}}
                                   for name, each in targets.items()],
            }],
            "alerting": {"alertmanagers": [{"static_configs": [
                {"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        }, file)
    return running("prometheus", f"--config.file={path}",
                   f"--storage.tsdb.path={folder}/data",
                   f"--web.listen-address=127.0.0.1:{PROMETHEUS}",
                   "--log.level=warn", stdout=sys.stderr)


class Format(unittest.TestCase):
    def test_promtool(self):
        """Also of what only an exact snapshot or a strange machine has."""
        for options in ("--proc",), ("-i", "docs/pictures/zoo.taskmap"):
            text = subprocess.run([READER, "metrics", *options], check=True,
                                  cwd=TOP, capture_output=True).stdout
            result = subprocess.run(["promtool", "check", "metrics"],
                                    input=text, capture_output=True, check=False)
            self.assertEqual((result.returncode, result.stdout + result.stderr),
                             (0, b""))

    def test_openmetrics(self):
        try:
            # pylint: disable=import-outside-toplevel
            from prometheus_client.openmetrics import parser
        except ImportError:
            self.skipTest("python3-prometheus-client is not installed")
        text = subprocess.run([READER, "metrics", "--proc"], check=True,
                              capture_output=True, text=True).stdout
        families = list(parser.text_string_to_metric_families(text))
        self.assertIn("taskmap_tasks", [each.name for each in families])

    def test_rules(self):
        subprocess.run(["promtool", "check", "rules", RULES], check=True,
                       stdout=subprocess.DEVNULL)


class Fleet(unittest.TestCase):
    def test_fleet(self):
        alertmanager = Alertmanager()
        with tempfile.TemporaryDirectory() as folder, \
                machine(PLAIN), machine(DEVIANT, "setresuid"), \
                prometheus(folder, alertmanager.server_port,
                           {"plain": PLAIN, "deviant": DEVIANT}):
            alert = alertmanager.alerts.get(timeout=LIMIT)
            self.assertEqual((alert["alertname"], alert["machine"]),
                             ("ThreadWithOwnCredentials", "deviant"))
            self.check_queries(f"http://127.0.0.1:{PROMETHEUS}/api/v1/query?")
        alertmanager.shutdown()
        alertmanager.server_close()

    def check_queries(self, url):
        def query(expression):
            with urllib.request.urlopen(url + urllib.parse.urlencode(
                    {"query": expression})) as answer:
                return {each["metric"].get("machine"): float(each["value"][1])
                        for each in json.load(answer)["data"]["result"]}

        self.assertEqual(
            query('sum by (machine) (taskmap_deviating_threads{resource="cred"})')
            ["deviant"], 1)
        series = query('count by (machine) ({__name__=~"taskmap_.*"})')
        self.assertLessEqual(series["deviant"], 200)
        self.assertGreater(
            query('sum by (machine) (taskmap_tasks{kind="kthread"})')["deviant"],
            10)
        self.assertGreaterEqual(query("taskmap_execs_total")["deviant"], 0)


if __name__ == "__main__":
    sys.exit(tap.run(unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules[__name__])))
