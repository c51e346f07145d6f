command-fails: {test.nop: [{onlyif: [{fun: cmd.run, cmd: 'false'}]}]}
command-succeeds-silently: {test.nop: [{onlyif: [{fun: cmd.run, cmd: 'true'}]}]}
command-says: {test.nop: [{onlyif: [{fun: cmd.run, cmd: 'echo x'}]}]}
unless-fails: {test.nop: [{unless: [{fun: cmd.run, cmd: 'false'}]}]}
number: {test.nop: [{unless: [{fun: cmd.retcode, cmd: 'true', python_shell: true}]}]}
