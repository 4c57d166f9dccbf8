// Policies that AWS manages: those of ECR, and those that roles which pull, push or manage images usually have.
// It must not know who has them.
// Documents, versions and times are AWS's, as moto 5 lists them from IAM; they were not held against AWS's reference guide (?).

export interface AwsPolicy {
  readonly name: string;
  readonly path: string;
  readonly version: string;
  readonly created: string;
  readonly updated: string;
  readonly document: { readonly Version: string; readonly Statement: readonly unknown[] };
}

export const awsPolicies: readonly AwsPolicy[] = [
  {
    name: 'AdministratorAccess',
    path: '/',
    version: 'v1',
    created: '2015-02-06T18:39:46Z',
    updated: '2015-02-06T18:39:46Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: '*',
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AmazonEC2ContainerRegistryFullAccess',
    path: '/',
    version: 'v3',
    created: '2015-12-21T17:06:48Z',
    updated: '2020-12-05T00:04:19Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['ecr:*', 'cloudtrail:LookupEvents'],
          Resource: '*',
        },
        {
          Effect: 'Allow',
          Action: ['iam:CreateServiceLinkedRole'],
          Resource: '*',
          Condition: {
            StringEquals: {
              'iam:AWSServiceName': ['replication.ecr.amazonaws.com'],
            },
          },
        },
      ],
    },
  },
  {
    name: 'AmazonEC2ContainerRegistryPowerUser',
    path: '/',
    version: 'v3',
    created: '2015-12-21T17:05:33Z',
    updated: '2019-12-10T20:48:08Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'ecr:GetAuthorizationToken',
            'ecr:BatchCheckLayerAvailability',
            'ecr:GetDownloadUrlForLayer',
            'ecr:GetRepositoryPolicy',
            'ecr:DescribeRepositories',
            'ecr:ListImages',
            'ecr:DescribeImages',
            'ecr:BatchGetImage',
            'ecr:GetLifecyclePolicy',
            'ecr:GetLifecyclePolicyPreview',
            'ecr:ListTagsForResource',
            'ecr:DescribeImageScanFindings',
            'ecr:InitiateLayerUpload',
            'ecr:UploadLayerPart',
            'ecr:CompleteLayerUpload',
            'ecr:PutImage',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AmazonEC2ContainerRegistryPullOnly',
    path: '/',
    version: 'v1',
    created: '2024-10-04T16:58:49Z',
    updated: '2024-10-04T16:58:49Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'ecr:GetAuthorizationToken',
            'ecr:BatchGetImage',
            'ecr:GetDownloadUrlForLayer',
            'ecr:BatchImportUpstreamImage',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AmazonEC2ContainerRegistryReadOnly',
    path: '/',
    version: 'v3',
    created: '2015-12-21T17:04:15Z',
    updated: '2019-12-10T20:56:32Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'ecr:GetAuthorizationToken',
            'ecr:BatchCheckLayerAvailability',
            'ecr:GetDownloadUrlForLayer',
            'ecr:GetRepositoryPolicy',
            'ecr:DescribeRepositories',
            'ecr:ListImages',
            'ecr:DescribeImages',
            'ecr:BatchGetImage',
            'ecr:GetLifecyclePolicy',
            'ecr:GetLifecyclePolicyPreview',
            'ecr:ListTagsForResource',
            'ecr:DescribeImageScanFindings',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AmazonECSTaskExecutionRolePolicy',
    path: '/service-role/',
    version: 'v1',
    created: '2017-11-16T18:48:22Z',
    updated: '2017-11-16T18:48:22Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'ecr:GetAuthorizationToken',
            'ecr:BatchCheckLayerAvailability',
            'ecr:GetDownloadUrlForLayer',
            'ecr:BatchGetImage',
            'logs:CreateLogStream',
            'logs:PutLogEvents',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AmazonEKS_CNI_Policy',
    path: '/',
    version: 'v6',
    created: '2018-05-27T21:07:42Z',
    updated: '2026-03-04T19:12:14Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'AmazonEKSCNIPolicy',
          Effect: 'Allow',
          Action: [
            'ec2:AssignPrivateIpAddresses',
            'ec2:AttachNetworkInterface',
            'ec2:CreateNetworkInterface',
            'ec2:DeleteNetworkInterface',
            'ec2:DescribeInstances',
            'ec2:DescribeTags',
            'ec2:DescribeNetworkInterfaces',
            'ec2:DescribeInstanceTypes',
            'ec2:DescribeSubnets',
            'ec2:DescribeSecurityGroups',
            'ec2:DetachNetworkInterface',
            'ec2:ModifyNetworkInterfaceAttribute',
            'ec2:UnassignPrivateIpAddresses',
          ],
          Resource: '*',
        },
        {
          Sid: 'AmazonEKSCNIPolicyENITag',
          Effect: 'Allow',
          Action: ['ec2:CreateTags'],
          Resource: ['arn:aws:ec2:*:*:network-interface/*'],
        },
      ],
    },
  },
  {
    name: 'AmazonEKSClusterPolicy',
    path: '/',
    version: 'v10',
    created: '2018-05-27T21:06:14Z',
    updated: '2026-02-12T17:58:15Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'AmazonEKSClusterPolicy',
          Effect: 'Allow',
          Action: [
            'autoscaling:DescribeAutoScalingGroups',
            'autoscaling:UpdateAutoScalingGroup',
            'ec2:AttachVolume',
            'ec2:AuthorizeSecurityGroupIngress',
            'ec2:CreateRoute',
            'ec2:CreateSecurityGroup',
            'ec2:CreateTags',
            'ec2:CreateVolume',
            'ec2:DeleteRoute',
            'ec2:DeleteSecurityGroup',
            'ec2:DeleteVolume',
            'ec2:DescribeInstances',
            'ec2:DescribeRouteTables',
            'ec2:DescribeSecurityGroups',
            'ec2:DescribeSubnets',
            'ec2:DescribeVolumes',
            'ec2:DescribeVolumesModifications',
            'ec2:DescribeVpcs',
            'ec2:DescribeDhcpOptions',
            'ec2:DescribeNetworkInterfaces',
            'ec2:DescribeAvailabilityZones',
            'ec2:DetachVolume',
            'ec2:ModifyInstanceAttribute',
            'ec2:ModifyVolume',
            'ec2:RevokeSecurityGroupIngress',
            'ec2:DescribeAccountAttributes',
            'ec2:DescribeAddresses',
            'ec2:DescribeInternetGateways',
            'ec2:DescribeInstanceTopology',
            'elasticloadbalancing:AddTags',
            'elasticloadbalancing:ApplySecurityGroupsToLoadBalancer',
            'elasticloadbalancing:AttachLoadBalancerToSubnets',
            'elasticloadbalancing:ConfigureHealthCheck',
            'elasticloadbalancing:CreateListener',
            'elasticloadbalancing:CreateLoadBalancer',
            'elasticloadbalancing:CreateLoadBalancerListeners',
            'elasticloadbalancing:CreateLoadBalancerPolicy',
            'elasticloadbalancing:CreateTargetGroup',
            'elasticloadbalancing:DeleteListener',
            'elasticloadbalancing:DeleteLoadBalancer',
            'elasticloadbalancing:DeleteLoadBalancerListeners',
            'elasticloadbalancing:DeleteTargetGroup',
            'elasticloadbalancing:DeregisterInstancesFromLoadBalancer',
            'elasticloadbalancing:DeregisterTargets',
            'elasticloadbalancing:DescribeListeners',
            'elasticloadbalancing:DescribeLoadBalancerAttributes',
            'elasticloadbalancing:DescribeLoadBalancerPolicies',
            'elasticloadbalancing:DescribeLoadBalancers',
            'elasticloadbalancing:DescribeTargetGroupAttributes',
            'elasticloadbalancing:DescribeTargetGroups',
            'elasticloadbalancing:DescribeTargetHealth',
            'elasticloadbalancing:DetachLoadBalancerFromSubnets',
            'elasticloadbalancing:ModifyListener',
            'elasticloadbalancing:ModifyLoadBalancerAttributes',
            'elasticloadbalancing:ModifyTargetGroup',
            'elasticloadbalancing:ModifyTargetGroupAttributes',
            'elasticloadbalancing:RegisterInstancesWithLoadBalancer',
            'elasticloadbalancing:RegisterTargets',
            'elasticloadbalancing:SetLoadBalancerPoliciesForBackendServer',
            'elasticloadbalancing:SetLoadBalancerPoliciesOfListener',
            'kms:DescribeKey',
          ],
          Resource: '*',
        },
        {
          Sid: 'AmazonEKSClusterPolicySLRCreate',
          Effect: 'Allow',
          Action: 'iam:CreateServiceLinkedRole',
          Resource: '*',
          Condition: {
            StringEquals: {
              'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com',
            },
          },
        },
        {
          Sid: 'AmazonEKSClusterPolicyENIDelete',
          Effect: 'Allow',
          Action: 'ec2:DeleteNetworkInterface',
          Resource: '*',
          Condition: {
            StringEquals: {
              'ec2:ResourceTag/eks:eni:owner': 'amazon-vpc-cni',
            },
          },
        },
      ],
    },
  },
  {
    name: 'AmazonEKSFargatePodExecutionRolePolicy',
    path: '/',
    version: 'v1',
    created: '2019-11-22T04:34:29Z',
    updated: '2019-11-22T04:34:29Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'ecr:GetAuthorizationToken',
            'ecr:BatchCheckLayerAvailability',
            'ecr:GetDownloadUrlForLayer',
            'ecr:BatchGetImage',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AmazonEKSWorkerNodeMinimalPolicy',
    path: '/',
    version: 'v1',
    created: '2024-10-02T20:03:51Z',
    updated: '2024-10-02T20:03:51Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'WorkerNodePermissions',
          Effect: 'Allow',
          Action: ['eks-auth:AssumeRoleForPodIdentity'],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AmazonEKSWorkerNodePolicy',
    path: '/',
    version: 'v3',
    created: '2018-05-27T21:09:01Z',
    updated: '2023-11-27T00:06:13Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'WorkerNodePermissions',
          Effect: 'Allow',
          Action: [
            'ec2:DescribeInstances',
            'ec2:DescribeInstanceTypes',
            'ec2:DescribeRouteTables',
            'ec2:DescribeSecurityGroups',
            'ec2:DescribeSubnets',
            'ec2:DescribeVolumes',
            'ec2:DescribeVolumesModifications',
            'ec2:DescribeVpcs',
            'eks:DescribeCluster',
            'eks-auth:AssumeRoleForPodIdentity',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AmazonSSMReadOnlyAccess',
    path: '/',
    version: 'v1',
    created: '2015-05-29T17:44:19Z',
    updated: '2015-05-29T17:44:19Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['ssm:Describe*', 'ssm:Get*', 'ssm:List*'],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AWSCloudFormationFullAccess',
    path: '/',
    version: 'v1',
    created: '2019-07-26T21:50:35Z',
    updated: '2019-07-26T21:50:35Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['cloudformation:*'],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AWSKeyManagementServicePowerUser',
    path: '/',
    version: 'v2',
    created: '2015-02-06T18:40:40Z',
    updated: '2017-03-07T00:55:11Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'kms:CreateAlias',
            'kms:CreateKey',
            'kms:DeleteAlias',
            'kms:Describe*',
            'kms:GenerateRandom',
            'kms:Get*',
            'kms:List*',
            'kms:TagResource',
            'kms:UntagResource',
            'iam:ListGroups',
            'iam:ListRoles',
            'iam:ListUsers',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AWSLambdaBasicExecutionRole',
    path: '/service-role/',
    version: 'v1',
    created: '2015-04-09T15:03:43Z',
    updated: '2015-04-09T15:03:43Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'IAMFullAccess',
    path: '/',
    version: 'v2',
    created: '2015-02-06T18:40:38Z',
    updated: '2019-06-21T19:40:00Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'iam:*',
            'organizations:DescribeAccount',
            'organizations:DescribeOrganization',
            'organizations:DescribeOrganizationalUnit',
            'organizations:DescribePolicy',
            'organizations:ListChildren',
            'organizations:ListParents',
            'organizations:ListPoliciesForTarget',
            'organizations:ListRoots',
            'organizations:ListPolicies',
            'organizations:ListTargetsForPolicy',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'IAMReadOnlyAccess',
    path: '/',
    version: 'v4',
    created: '2015-02-06T18:40:39Z',
    updated: '2018-01-25T19:11:27Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'iam:GenerateCredentialReport',
            'iam:GenerateServiceLastAccessedDetails',
            'iam:Get*',
            'iam:List*',
            'iam:SimulateCustomPolicy',
            'iam:SimulatePrincipalPolicy',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'PowerUserAccess',
    path: '/',
    version: 'v12',
    created: '2015-02-06T18:39:47Z',
    updated: '2026-02-12T17:59:14Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          NotAction: ['iam:*', 'organizations:*', 'account:*'],
          Resource: '*',
        },
        {
          Effect: 'Allow',
          Action: [
            'account:GetAccountInformation',
            'account:GetGovCloudAccountInformation',
            'account:GetPrimaryEmail',
            'account:ListRegions',
            'iam:CreateServiceLinkedRole',
            'iam:DeleteServiceLinkedRole',
            'iam:ListRoles',
            'organizations:DescribeEffectivePolicy',
            'organizations:DescribeOrganization',
          ],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'AWSECRPullThroughCache_ServiceRolePolicy',
    path: '/aws-service-role/',
    version: 'v3',
    created: '2021-11-26T21:51:09Z',
    updated: '2025-03-06T21:22:07Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ECR',
          Effect: 'Allow',
          Action: [
            'ecr:GetAuthorizationToken',
            'ecr:BatchCheckLayerAvailability',
            'ecr:InitiateLayerUpload',
            'ecr:UploadLayerPart',
            'ecr:CompleteLayerUpload',
            'ecr:PutImage',
            'ecr:BatchGetImage',
            'ecr:BatchImportUpstreamImage',
            'ecr:GetDownloadUrlForLayer',
            'ecr:GetImageCopyStatus',
          ],
          Resource: '*',
        },
        {
          Sid: 'SecretsManager',
          Effect: 'Allow',
          Action: ['secretsmanager:GetSecretValue'],
          Resource: 'arn:aws:secretsmanager:*:*:secret:ecr-pullthroughcache/*',
          Condition: {
            StringEquals: {
              'aws:ResourceAccount': '${aws:PrincipalAccount}',
            },
          },
        },
      ],
    },
  },
  {
    name: 'ECRReplicationServiceRolePolicy',
    path: '/aws-service-role/',
    version: 'v1',
    created: '2020-12-04T22:11:28Z',
    updated: '2020-12-04T22:11:28Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['ecr:CreateRepository', 'ecr:ReplicateImage'],
          Resource: '*',
        },
      ],
    },
  },
  {
    name: 'ECRTemplateServiceRolePolicy',
    path: '/aws-service-role/',
    version: 'v1',
    created: '2024-06-19T23:11:37Z',
    updated: '2024-06-19T23:11:37Z',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'CreateRepositoryWithTemplate',
          Effect: 'Allow',
          Action: ['ecr:CreateRepository'],
          Resource: '*',
        },
      ],
    },
  },
];
