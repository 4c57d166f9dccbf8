# Takes calls from standard input, as calls.ts writes them, and prints the answers in their order.
import base64, datetime, hashlib, json, os, sys, urllib.parse, urllib.request
import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(type(value))


def real(value, memory):
    if isinstance(value, dict) and '$kept' in value:
        return memory[value['$kept']]
    if isinstance(value, dict) and '$bytes' in value:
        return base64.b64decode(value['$bytes'])
    return value


def bare(url, method='GET', json_=None):
    body = None if json_ is None else json.dumps(json_).encode()
    url = urllib.parse.urljoin(os.environ['AWS_ENDPOINT_URL'], url)
    with urllib.request.urlopen(urllib.request.Request(url, data=body, method=method)) as answer:
        content = answer.read()
        digest = 'sha256:' + hashlib.sha256(content).hexdigest()
        return {'status': answer.status, 'size': len(content), 'digest': digest}


def take(client, call, members):
    name = xform_name(call['operation'])
    if call.get('waits'):
        client.get_waiter(name).wait(WaiterConfig={'Delay': 1, 'MaxAttempts': 60}, **members)
        return {}
    if 'pageSize' in call:
        pages = client.get_paginator(name).paginate(PaginationConfig={'PageSize': call['pageSize']}, **members)
        return pages.build_full_result()
    output = getattr(client, name)(**members)
    output.pop('ResponseMetadata', None)
    return output


clients, memory, answers = {}, {}, []
for call in json.load(sys.stdin):
    members = {name: real(value, memory) for name, value in call['input'].items()}
    service = call['service']
    try:
        if service == 'http':
            output = bare(members['url'], members.get('method', 'GET'), members.get('json'))
        else:
            if service not in clients:
                clients[service] = boto3.client(service, config=Config(retries={'total_max_attempts': 1}))
            output = take(clients[service], call, members)
        memory.update({name: output[member] for name, member in call.get('keeps', {}).items()})
        answers.append({'output': output})
    except ClientError as refused:
        error = refused.response['Error']
        answers.append({'error': {'code': error['Code'], 'message': error.get('Message', '')}})
json.dump(answers, sys.stdout, default=plain)
