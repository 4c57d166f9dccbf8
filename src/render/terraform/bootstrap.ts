// The bucket that the states of an account are kept in: versioned, encrypted, closed to the public and to plain HTTP.
// It must not know what the states are about.
import type { RenderedFile } from '../model.js';
import { ownershipKeys } from '../settings.js';
import { block, code, membersOf } from './hcl.js';
import { backendText, providersText, rootVariables, type Versions, versionsText } from './versions.js';

export function bootstrapPath(account: string): string {
  return `bootstrap/${account}`;
}

export function bootstrapFiles(
  { account, region, bucket }: { readonly account: string; readonly region: string; readonly bucket: string },
  versions: Versions,
): readonly RenderedFile[] {
  const files: readonly (readonly [string, string])[] = [
    ['backend.tf', `${once}${backendText(undefined).replace(/^#.*\n/, '')}`],
    ['main.tf', `${block('locals', membersOf({ bucket }))}\n${buckets}${versions.lock === 'dynamodb' ? table : ''}`],
    [
      'outputs.tf',
      block(
        'output "bucket"',
        membersOf({ description: 'Where states are kept.', value: code('aws_s3_bucket.state.bucket') }),
      ),
    ],
    ['providers.tf', providersText([{ account, region, defaultTags: {}, ignoredTags: ownershipKeys }])],
    ['variables.tf', rootVariables],
    ['versions.tf', versionsText(versions)],
  ];
  return files.map(([name, text]) => ({ path: `${bootstrapPath(account)}/${name}`, text }));
}

const once = `\
# Applied once, before everything else: the bucket cannot hold the state by which it is made. Should this state get lost, nothing is: the
# bucket can be imported again.
`;

const buckets = `\
resource "aws_s3_bucket" "state" {
  bucket = local.bucket

  # Whoever loses the states loses sight of everything that Terraform has made.
  lifecycle {
    prevent_destroy = true
  }
}

# A state that was spoilt can be had back.
resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket_versioning.state.bucket

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "state" {
  statement {
    sid     = "TlsOnly"
    effect  = "Deny"
    actions = ["s3:*"]

    resources = [
      aws_s3_bucket.state.arn,
      "\${aws_s3_bucket.state.arn}/*",
    ]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket_public_access_block.state.bucket
  policy = data.aws_iam_policy_document.state.json
}
`;

const table = `
# The lock of Terraform before 1.10.
resource "aws_dynamodb_table" "lock" {
  name         = local.bucket
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "LockID"

  attribute {
    name = "LockID"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}
`;
