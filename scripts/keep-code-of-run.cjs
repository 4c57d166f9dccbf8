// Loaded before the built command line (`node --require`): keeps the code that V8 has by the end of the run, beside the program.
// It must not know the program.
const { renameSync, writeFileSync } = require('node:fs');
const module_ = require('node:module');
const vm = require('node:vm');

// Node's own store of code would take the program away from the one below.
delete module_.enableCompileCache;

const { Script } = vm;
vm.Script = class extends Script {
  constructor(source, options) {
    super(source, options);
    process.on('exit', (status) => {
      if (status !== 0) return;
      const file = `${options.filename}.${process.versions.v8}-${process.arch}`;
      writeFileSync(`${file}.new`, this.createCachedData());
      renameSync(`${file}.new`, file);
    });
  }
};
