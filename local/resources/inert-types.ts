/** Types that need nothing on one machine, with the attribute that others may ask them for. */
export const INERT_TYPES: Readonly<Record<string, 'Arn' | 'Id' | 'none'>> = {
  'AWS::CDK::Metadata': 'none',
  'AWS::CloudFront::OriginAccessControl': 'Id',
  'AWS::CloudWatch::Alarm': 'Arn',
  'AWS::CloudWatch::Dashboard': 'none',
  'AWS::Cognito::UserPool': 'Arn',
  'AWS::Cognito::UserPoolClient': 'none',
  'AWS::Cognito::UserPoolDomain': 'none',
  'AWS::Cognito::UserPoolResourceServer': 'none',
  'AWS::Logs::LogGroup': 'Arn',
  'AWS::S3::BucketPolicy': 'none',
  'AWS::SNS::Topic': 'Arn',
  'AWS::SNS::TopicPolicy': 'none',
  'AWS::SQS::QueuePolicy': 'none',
};
