"""Eight words as one value that numba keeps in one register: 512 enterprises, a bit each.

Compilers do not see that loops over short rows may become one instruction each; here they are told.
So for 64 small numbers compared with one, which gives the 64 bits of a word (`above`, `equal`).
`load(array, i)` takes the i-th eight words of an array of uint64 as it lies in memory, `store` puts
them back; between them `& | ~`, `count` (bits that are set) and `empty`. LLVM makes what the
processor has of it: one register of 512 bits, or several smaller ones.
"""

import operator
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.cgutils import get_or_insert_function
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, models, register_model
from numba.np.arrayobj import make_array

WORDS = 8
Words = Any  # what these functions take and give: a pointer, or eight words
_function: Any = intrinsic
_i64, _vector = ir.IntType(64), ir.VectorType(ir.IntType(64), WORDS)


class Eight(types.Type):
    """The type that numba knows the value by."""

    def __init__(self) -> None:
        super().__init__(name="EightWords")


eight = Eight()


@register_model(Eight)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _vector)


@_function
def pointer(typing: Any, array: Any) -> Any:
    """Where the array's data begin: numba counts who holds an array, and not who holds this."""

    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return make_array(signature.args[0])(context, builder, args[0]).data

    return types.CPointer(array.dtype)(array), made


def _place(builder: Any, start: Any, at: Any) -> Any:
    place = builder.gep(start, [builder.mul(at, ir.Constant(_i64, WORDS))])
    return builder.bitcast(place, _vector.as_pointer())


@_function
def load(typing: Any, words: Any, at: Any) -> Any:
    """The eight words from `8 * at` of where a pointer points."""

    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_place(builder, *args), align=8)

    return eight(words, types.intp), made


@_function
def store(typing: Any, words: Any, at: Any, value: Any) -> Any:
    """Put eight words where `load` would find them."""

    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _place(builder, *args[:2]), align=8)
        return context.get_dummy_value()

    return types.void(words, types.intp, eight), made


@_function
def same(typing: Any, word: Any) -> Any:
    """One word eight times."""

    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        one = builder.insert_element(ir.Constant(_vector, ir.Undefined), args[0], _index(0))
        first = ir.Constant(ir.VectorType(ir.IntType(32), WORDS), [0] * WORDS)
        return builder.shuffle_vector(one, ir.Constant(_vector, ir.Undefined), first)

    return eight(types.uint64), made


def _index(i: int) -> Any:
    return ir.Constant(ir.IntType(32), i)


@_function
def count(typing: Any, value: Any) -> Any:
    """The number of bits that are set."""

    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        ones = _llvm(builder, "llvm.ctpop.v8i64", _vector)
        total = _llvm(builder, "llvm.vector.reduce.add.v8i64", _i64)
        return builder.call(total, [builder.call(ones, args)])

    return types.int64(eight), made


def _llvm(builder: Any, name: str, result: Any) -> Any:
    kind = ir.FunctionType(result, [_vector])
    return get_or_insert_function(builder.module, kind, name)


@_function
def empty(typing: Any, value: Any) -> Any:
    """Whether no bit is set."""

    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        some = builder.icmp_unsigned("!=", args[0], ir.Constant(_vector, [0] * WORDS))
        bits = builder.bitcast(some, ir.IntType(WORDS))
        return builder.icmp_unsigned("==", bits, ir.Constant(ir.IntType(WORDS), 0))

    return types.boolean(eight), made


@_function
def ones(typing: Any, word: Any) -> Any:
    """The number of bits that are set in one word."""

    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.int64(types.uint64), made


@_function
def lowest(typing: Any, word: Any) -> Any:
    """The place of the lowest bit that is set in one word, which is not zero."""

    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), made


def _compared(comparison: str) -> Any:
    def of(typing: Any, values: Any, at: Any, other: Any) -> Any:
        number = ir.IntType(values.dtype.bitwidth)
        many = ir.VectorType(number, 64)

        def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = builder.bitcast(builder.gep(args[0], [args[1]]), many.as_pointer())
            found = builder.load(place, align=1)
            one = builder.insert_element(ir.Constant(many, ir.Undefined), args[2], _index(0))
            first = ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64)
            others = builder.shuffle_vector(one, ir.Constant(many, ir.Undefined), first)
            bits = builder.icmp_unsigned(comparison, found, others)
            return builder.bitcast(bits, _i64)

        return types.uint64(values, types.intp, values.dtype), made

    return _function(of)


# 64 values from `at` on of where a pointer to small unsigned numbers points, against one: a word
above, equal = _compared(">"), _compared("==")


def _operator(sign: Any, operation: str, operands: int) -> None:
    """Teach numba an operator on eight words: LLVM's own, word by word."""
    kinds = [eight] * operands
    cases = {"cases": [signature(eight, *kinds)]}
    infer_global(sign)(type("_Operator", (ConcreteTemplate,), cases))
    lower_builtin(sign, *kinds)(
        lambda context, builder, signature, args: getattr(builder, operation)(*args)
    )


_operator(operator.and_, "and_", 2)
_operator(operator.or_, "or_", 2)
_operator(operator.xor, "xor", 2)
_operator(operator.invert, "not_", 1)
