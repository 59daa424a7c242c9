import { join } from 'node:path';
import { AssetHashType, AssetStaging, DockerImage } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';
import { PROJECT_ROOT } from '../project-root.ts';
import { bundleListener } from './listener-bundle.ts';

/** The image of a container. Docker builds it at the deployment; synthesis needs none. */
export function createImage(scope: Construct): DockerImageAsset {
  const bundle = new AssetStaging(scope, 'Bundle', {
    sourcePath: join(PROJECT_ROOT, 'lib', 'listener'),
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never started, since the bundle is always made here.
      image: DockerImage.fromRegistry('node:24-slim'),
      local: {
        tryBundle: (directory) => {
          bundleListener(directory);
          return true;
        },
      },
    },
  });
  return new DockerImageAsset(scope, 'Image', {
    directory: bundle.absoluteStagedPath,
    platform: Platform.LINUX_ARM64,
  });
}
