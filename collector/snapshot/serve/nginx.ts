import type { Layout } from "../layout.ts";

/** A server block for nginx that serves what `isotrace snapshot serve` serves, with the same cache headers. */
export function nginxConfiguration(layout: Layout, listen: string): string {
  const quoted = JSON.stringify(layout.public);
  return `# Include it in the http block: include /etc/nginx/conf.d/*.conf;
server {
    listen ${listen};
    server_name _;
    root ${quoted};
    autoindex off;
    # Of ours, pool is a symbolic link out of root; nobody else writes there.
    disable_symlinks off;
    sendfile on;
    tcp_nopush on;
    etag on;
    default_type application/octet-stream;
    add_header X-Content-Type-Options nosniff;

    # What is being made, and hidden files.
    location ~ /\\. { return 404; }

    # A snapshot's Release files are signed again when it is bumped.
    location ~ "^/+[^/]+/+\\d{10}/.*/(InRelease|Release|Release\\.gpg)$" {
        add_header Cache-Control "no-cache";
    }
    location ~ "^/+[^/]+/+\\d{10}/" {
        add_header Cache-Control "public, max-age=31536000, immutable";
    }
    location ~ "^/+[^/]+/+project/" {
        add_header Cache-Control "no-cache";
    }
    # Tags: /TAG/ARCHIVE/...
    location ~ "^/+[^/]+/+[^/]+/" {
        add_header Cache-Control "public, max-age=31536000, immutable";
    }
    location / {
        limit_except GET { deny all; }
        add_header Cache-Control "no-cache";
    }
}
`;
}
