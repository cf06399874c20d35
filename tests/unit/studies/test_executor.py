from operator import neg
from pathlib import Path

import pytest

from tutela.data.store.homes import open_home
from tutela.kernel.problems import Problem
from tutela.studies.executor import Pool, Serial, executor_for


def test_one_worker_needs_no_pool():
    assert executor_for(1) == Serial()
    assert executor_for(3) == Pool(3)


@pytest.mark.parametrize("executor", [Serial(), Pool(2)])
def test_results_come_in_the_order_of_the_tasks(executor):
    assert list(executor.run(neg, [3, 1, 2])) == [-3, -1, -2]
    assert list(executor.run(neg, [])) == []


@pytest.mark.parametrize("executor", [Serial(), Pool(2)])
def test_a_problem_in_a_task_arrives_whole(executor):
    with pytest.raises(Problem) as caught:
        list(executor.run(open_home, [Path("nowhere")]))
    assert caught.value.code == "home-missing"
    assert caught.value.where == "nowhere"
    assert "tutela demo" in caught.value.remedy
