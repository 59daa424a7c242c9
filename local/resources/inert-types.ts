/** Types that need nothing on one machine, with the attributes that others may ask them for. */
export const INERT_TYPES: Readonly<Record<string, 'arn' | 'none'>> = {
  'AWS::CDK::Metadata': 'none',
  'AWS::CloudWatch::Alarm': 'arn',
  'AWS::CloudWatch::Dashboard': 'none',
  'AWS::Logs::LogGroup': 'arn',
  'AWS::SNS::Topic': 'arn',
  'AWS::SNS::TopicPolicy': 'none',
  'AWS::SQS::QueuePolicy': 'none',
};
