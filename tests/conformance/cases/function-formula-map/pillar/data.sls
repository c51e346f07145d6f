web: {lookup: {service: nginx, config: {mods: [b]}}, settings: {config: {port: 8080}}}
