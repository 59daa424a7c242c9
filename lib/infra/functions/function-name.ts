import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** The functions by their construct id, which is also the name of their file in lower case. */
export type FunctionName =
  | 'Lifecycle'
  | 'Ingest'
  | 'Deliver'
  | 'Expire'
  | 'Packets'
  | 'Api'
  | 'Survey'
  | 'Widget'
  | 'Record'
  | 'Operate';

/** All of them. */
export type SessionFunctions<Created extends IFunction = IFunction> = Readonly<
  Record<Uncapitalize<FunctionName>, Created>
>;
