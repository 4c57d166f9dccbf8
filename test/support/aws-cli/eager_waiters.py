# A plugin of the AWS CLI: its waiters ask again after a second, where `cloudformation deploy` fixes half a minute and has no option for it.
# It must not know what is waited for. What a waiter asks, what it accepts and how many times it asks stay the CLI's own.
from botocore.waiter import Waiter

wait = Waiter.wait


def eager(self, **members):
    members['WaiterConfig'] = {**members.get('WaiterConfig', {}), 'Delay': 1}
    return wait(self, **members)


def awscli_initialize(_events):
    Waiter.wait = eager
