# Makes what `test/interop/usage.test.ts` reads, in ECS and Lambda, as anybody with boto3 would.
import boto3

registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
ecs, functions = boto3.client('ecs'), boto3.client('lambda')


def define(family, *images):
    containers = [{'name': f'c{number}', 'image': image, 'memory': 128} for number, image in enumerate(images)]
    ecs.register_task_definition(family=family, containerDefinitions=containers)


for cluster in ('prod', 'staging'):
    ecs.create_cluster(clusterName=cluster)
define('api', f'{registry}/shop/api:v1')
define('api', f'{registry}/shop/api:v2', 'public.ecr.aws/envoy/envoy:v1')
define('api', f'{registry}/shop/api:v3')
ecs.create_service(cluster='prod', serviceName='api', taskDefinition='api:1', desiredCount=1)
ecs.update_service(cluster='prod', service='api', taskDefinition='api:2')
# More than one call of DescribeServices takes.
for number in range(12):
    define(f's{number}', f'{registry}/shop/web:s{number}')
    ecs.create_service(cluster='staging', serviceName=f's{number}', taskDefinition=f's{number}:1', desiredCount=0)
define('batch', f'{registry}/shop/batch@sha256:{"a" * 64}')
subnet = boto3.client('ec2').describe_subnets()['Subnets'][0]['SubnetId']
ecs.run_task(
    cluster='prod', launchType='FARGATE', taskDefinition='batch',
    networkConfiguration={'awsvpcConfiguration': {'subnets': [subnet]}},
)
define('nightly', f'{registry}/shop/nightly:v8')
define('nightly', f'{registry}/shop/nightly:v9')

role = boto3.client('iam').create_role(RoleName='runs', AssumeRolePolicyDocument='{}')['Role']['Arn']
for name in ('resize', 'mail'):
    code = {'ImageUri': f'{registry}/shop/{name}:v1'}
    functions.create_function(FunctionName=name, PackageType='Image', Code=code, Role=role, Publish=True)
functions.create_alias(FunctionName='resize', Name='live', FunctionVersion='1')
boto3.client('iam').create_role(
    RoleName='slipway-usage',
    AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}',
)
