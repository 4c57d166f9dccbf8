# Takes cases from standard input, as strict-table.test.ts writes them: makes of each what it presupposes, asks, and prints the outcomes in
# their order. Principals and clients serve all cases that can share them. It must not know what is right.
import base64, json, os, subprocess, sys
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

script = json.load(sys.stdin)
clients, made, sessions, uris = {}, {}, {}, {}


def client(service, keys):
    at = (service, keys['AccessKeyId'])
    if at not in clients:
        clients[at] = boto3.client(
            service,
            aws_access_key_id=keys['AccessKeyId'],
            aws_secret_access_key=keys['SecretAccessKey'],
            aws_session_token=keys.get('SessionToken'),
            config=Config(retries={'total_max_attempts': 1}),
        )
    return clients[at]


def gone(call, **members):
    try:
        call(**members)
    except ClientError as refused:
        if refused.response['Error']['Code'] not in ('NoSuchEntity', 'RepositoryPolicyNotFoundException'):
            raise


def administrator(service, account):
    return client(service, script['administrators'][account])


def principal(case):
    """The role or user, made once for each account, name and tags; the calls that set its policies."""
    iam, role = administrator('iam', case['account']), case['kind'] == 'role'
    at, who = (case['account'], case['kind'], case['name']), {'RoleName' if role else 'UserName': case['name']}
    if made.get(at) != case['tags']:
        kind = 'role' if role else 'user'
        if at in made:
            getattr(iam, f'untag_{kind}')(TagKeys=[tag['Key'] for tag in made[at]], **who) if made[at] else None
            getattr(iam, f'tag_{kind}')(Tags=case['tags'], **who) if case['tags'] else None
        elif role:
            trust = {'Effect': 'Allow', 'Principal': {'AWS': case['account']}, 'Action': 'sts:AssumeRole'}
            document = json.dumps({'Version': '2012-10-17', 'Statement': [trust]})
            iam.create_role(AssumeRolePolicyDocument=document, Tags=case['tags'], **who)
        else:
            iam.create_user(Tags=case['tags'], **who)
        made[at] = case['tags']
    return iam, 'role' if role else 'user', who


def keys_of(case, iam):
    at = (case['account'], case['kind'], case['name'], case['sessionName'], case['session'])
    if at not in sessions:
        if case['kind'] == 'user':
            sessions[at] = iam.create_access_key(UserName=case['name'])['AccessKey']
        else:
            policy = {} if case['session'] is None else {'Policy': case['session']}
            arn = f"arn:aws:iam::{case['account']}:role/{case['name']}"
            sts = administrator('sts', case['account'])
            sessions[at] = sts.assume_role(RoleArn=arn, RoleSessionName=case['sessionName'], **policy)['Credentials']
    return sessions[at]


def set_policies(case, iam, kind, who):
    def of(call):
        return getattr(iam, call.replace('KIND', kind))

    gone(of('delete_KIND_policy'), PolicyName='identity', **who)
    gone(of('delete_KIND_permissions_boundary'), **who)
    if case['identity'] is not None:
        of('put_KIND_policy')(PolicyName='identity', PolicyDocument=case['identity'], **who)
    if case['boundary'] is None:
        return None
    arn = iam.create_policy(PolicyName='boundary', PolicyDocument=case['boundary'])['Policy']['Arn']
    of('put_KIND_permissions_boundary')(PermissionsBoundary=arn, **who)
    return arn


def run(case):
    ecr, repository = administrator('ecr', case['owner']), case['repository']
    if case['policy'] is None:
        gone(ecr.delete_repository_policy, repositoryName=repository)
    else:
        ecr.set_repository_policy(repositoryName=repository, policyText=case['policy'], force=True)
    iam, kind, who = principal(case)
    boundary = set_policies(case, iam, kind, who)
    try:
        keys = keys_of(case, iam)
        return by_cli(case, keys) if case['by'] == 'aws' else by_skopeo(case, keys, iam, kind, who) if case['by'] == 'skopeo' else by_boto3(case, keys)
    finally:
        if boundary is not None:
            getattr(iam, f'delete_{kind}_permissions_boundary')(**who)
            iam.delete_policy(PolicyArn=boundary)


def by_boto3(case, keys):
    try:
        image = [{'imageTag': 'none'}]
        client('ecr', keys).batch_get_image(registryId=case['owner'], repositoryName=case['repository'], imageIds=image)
        return {'allowed': True}
    except ClientError as refused:
        return {'allowed': False, 'why': str(refused)}


def by_cli(case, keys):
    names = {'AccessKeyId': 'AWS_ACCESS_KEY_ID', 'SecretAccessKey': 'AWS_SECRET_ACCESS_KEY', 'SessionToken': 'AWS_SESSION_TOKEN'}
    env = {**os.environ, **{names[name]: keys[name] for name in names if name in keys}}
    call = [script['aws'], 'ecr', 'batch-get-image', '--registry-id', case['owner'], '--repository-name', case['repository']]
    done = subprocess.run([*call, '--image-ids', 'imageTag=none'], env=env, capture_output=True, text=True)
    return {'allowed': True} if done.returncode == 0 else {'allowed': False, 'why': done.stderr}


def by_skopeo(case, keys, iam, kind, who):
    """With leave to log in, which none of the cases is about. The image is not there: who may ask is told so."""
    statement = {'Effect': 'Allow', 'Action': 'ecr:GetAuthorizationToken', 'Resource': '*'}
    token = json.dumps({'Version': '2012-10-17', 'Statement': [statement]})
    getattr(iam, f'put_{kind}_policy')(PolicyName='token', PolicyDocument=token, **who)
    login = client('ecr', keys).get_authorization_token()['authorizationData'][0]['authorizationToken']
    getattr(iam, f'delete_{kind}_policy')(PolicyName='token', **who)
    image = f"docker://{uris[case['owner'], case['repository']]}:none"
    call = [script['skopeo'], 'inspect', '--raw', '--tls-verify=false', '--creds', base64.b64decode(login).decode(), image]
    done = subprocess.run(call, capture_output=True, text=True)
    if 'manifest unknown' in done.stderr or 'not found' in done.stderr:
        return {'allowed': True}
    return {'allowed': False, 'why': done.stderr}


for owner, repository in sorted({(case['owner'], case['repository']) for case in script['cases']}):
    new = administrator('ecr', owner).create_repository(repositoryName=repository)
    uris[owner, repository] = new['repository']['repositoryUri']

outcomes = []
for case in script['cases']:
    try:
        outcomes.append(run(case))
    except ClientError as refused:
        outcomes.append({'unmade': str(refused)})
json.dump(outcomes, sys.stdout)
