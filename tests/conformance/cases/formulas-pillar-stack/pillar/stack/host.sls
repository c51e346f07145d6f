#!jinja|yaml
stack:
  <<: &d {a: 1, b: 2}
  host: *d
  web: {ports: [443]}
