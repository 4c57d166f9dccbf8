// The door of the CloudFormation renderer.
// Behind it: stacks of companions as templates, and templates compared by meaning.
export { canonical, sameMeaning } from './compare.js';
export { isCreateOnly, type Json, type Template, type TemplateResource } from './model.js';
export { templateOf, templateText } from './template.js';
