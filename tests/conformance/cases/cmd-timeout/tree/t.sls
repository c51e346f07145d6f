slow: {cmd.run: [{name: sleep 20}, {timeout: 1}]}
