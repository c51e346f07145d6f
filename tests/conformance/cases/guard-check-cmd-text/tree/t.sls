fine: {test.nop: [{check_cmd: 'true'}]}
bad: {test.nop: [{check_cmd: 'false'}]}
