"""The AWS CLI (version 1), started once: each call is a fork of it, with the arguments, variables, folder and outputs of whoever called `aws`."""

import os
import signal
import socket
import sys
import traceback

import awscli.clidriver
import eager_waiters

# What a first call reads and parses is there before the first fork, for all of them.
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_MAX_ATTEMPTS="1", AWS_DEFAULT_REGION="eu-west-1")
os.environ.update(AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
outputs = [os.dup(1), os.dup(2)]
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 1)
os.dup2(nowhere, 2)
warm = awscli.clidriver.create_clidriver()
for words in ("ecr describe-repositories", "iam list-roles", "kms list-keys", "sts get-caller-identity", "resourcegroupstaggingapi get-resources"):
    # Nobody answers there.
    warm.main(words.split())
for descriptor, output in enumerate(outputs, 1):
    os.dup2(output, descriptor)
# Plugins are loaded by a driver's configuration, and this one has none.
eager_waiters.awscli_initialize(None)
# Has looked at no variable yet, and knows all files that the other has read.
driver = awscli.clidriver.create_clidriver()
driver.session.register_component("data_loader", warm.session.get_component("data_loader"))


def answer(connection):
    data = b""
    while not data.endswith(b"\0END\0"):
        more = connection.recv(65536)
        if more == b"":
            raise ConnectionError("the call was cut off")
        data += more
    pid, folder, count, *words = data.decode("utf-8", "surrogateescape").split("\0")[:-2]
    # AWS_DATA_PATH is of the AWS CLI itself.
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_DATA_PATH"]:
        del os.environ[name]
    os.environ.update(one.split("=", 1) for one in words[: int(count)])
    os.chdir(folder)
    for descriptor, theirs in (1, 4), (2, 2):
        os.dup2(os.open(f"/proc/{pid}/fd/{theirs}", os.O_WRONLY | os.O_APPEND), descriptor)
    code = driver.main(words[int(count) :])
    sys.stdout.flush()
    sys.stderr.flush()
    return code


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
server = socket.create_server(("127.0.0.1", 0), backlog=64)
print(server.getsockname()[1], flush=True)
while True:
    connection, _ = server.accept()
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        server.close()
        code = 255
        try:
            code = answer(connection)
        except BaseException:
            traceback.print_exc()
        finally:
            connection.sendall(f"{code}\n".encode())
            os._exit(0)
    connection.close()
