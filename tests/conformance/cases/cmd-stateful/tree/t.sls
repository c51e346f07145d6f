changed: {cmd.run: [{name: "echo; echo 'changed=yes comment=\"did it\" key=value'"}, {stateful: True}]}
same: {cmd.run: [{name: "echo 'changed=no comment=same'"}, {stateful: True}]}
json: {cmd.run: [{name: "echo '{\"changed\": true, \"comment\": \"j\", \"n\": 1}'"}, {stateful: True}]}
