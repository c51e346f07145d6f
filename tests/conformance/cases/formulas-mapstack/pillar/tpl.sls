tpl:
  values: {winner: pillar, list: [1]}
  lookup:
    pkg: {name: from-lookup}
    rootgroup: wheel
  strategy: smart
  tofs: {}
roles: [db, web]
