env: dev
from: {dev: {{ saltenv }}}
both: {list: [2], dev: true}
