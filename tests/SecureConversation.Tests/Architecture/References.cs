using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace SecureConversation.Tests.Architecture;

/// <summary>
/// Which type of an assembly refers to which, read from its metadata: signatures, base types, and the tokens in the code
/// of methods, so that static calls and locals count as well.
/// </summary>
internal static class References
{
    private static readonly Dictionary<short, OperandType> OperandTypes = typeof(OpCodes).GetFields()
        .Select(f => f.GetValue(null)).OfType<OpCode>().ToDictionary(o => o.Value, o => o.OperandType);

    public static HashSet<(string From, string To)> Read(string path)
    {
        using var pe = new PEReader(File.OpenRead(path));
        var metadata = pe.GetMetadataReader();
        var names = new Names(metadata);
        var found = new HashSet<(string, string)>();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            var from = names.Of(handle);
            void Add(IEnumerable<string> targets)
            {
                foreach (var to in targets)
                {
                    found.Add((from, to));
                }
            }

            Add(names.OfEntity(type.BaseType));
            Add(type.GetInterfaceImplementations().SelectMany(i => names.OfEntity(metadata.GetInterfaceImplementation(i).Interface)));
            Add(type.GetFields().SelectMany(f => metadata.GetFieldDefinition(f).DecodeSignature(names, null)));
            foreach (var method in type.GetMethods().Select(metadata.GetMethodDefinition))
            {
                Add(Flatten(method.DecodeSignature(names, null)));
                if (method.RelativeVirtualAddress != 0)
                {
                    Add(OfBody(metadata, names, pe.GetMethodBody(method.RelativeVirtualAddress)));
                }
            }
        }

        return found;
    }

    private static List<string> OfBody(MetadataReader metadata, Names names, MethodBodyBlock body)
    {
        var locals = body.LocalSignature.IsNil ? [] : metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(names, null).SelectMany(l => l);
        var code = body.GetILBytes()!;
        var targets = new List<string>(locals);
        for (var i = 0; i < code.Length;)
        {
            var value = code[i] == 0xFE ? unchecked((short)(0xFE00 | code[i + 1])) : code[i];
            i += code[i] == 0xFE ? 2 : 1;
            var operand = OperandTypes[value];
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                targets.AddRange(names.OfToken(BitConverter.ToInt32(code, i)));
            }

            i += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, i)),
                _ => 4,
            };
        }

        return targets;
    }

    private static IEnumerable<string> Flatten(MethodSignature<IEnumerable<string>> signature) => signature.ReturnType.Concat(signature.ParameterTypes.SelectMany(p => p));

    private sealed class Names(MetadataReader metadata) : ISignatureTypeProvider<IEnumerable<string>, object?>
    {
        public string Of(TypeDefinitionHandle handle)
        {
            var type = metadata.GetTypeDefinition(handle);
            // A nested type belongs to the one around it.
            return type.GetDeclaringType() is { IsNil: false } outer ? Of(outer) : $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
        }

        public IEnumerable<string> OfToken(int token)
        {
            var (table, row) = ((TableIndex)(token >>> 24), token & 0xFFFFFF);
            if (table is not (TableIndex.TypeRef or TableIndex.TypeDef or TableIndex.Field or TableIndex.MethodDef or TableIndex.MemberRef or TableIndex.TypeSpec or TableIndex.MethodSpec)
                || row == 0 || row > metadata.GetTableRowCount(table))
            {
                return [];
            }

            return OfEntity(MetadataTokens.EntityHandle(token));
        }

        public IEnumerable<string> OfEntity(EntityHandle handle) => handle.IsNil ? [] : handle.Kind switch
        {
            HandleKind.TypeDefinition => [Of((TypeDefinitionHandle)handle)],
            HandleKind.TypeSpecification => metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null),
            HandleKind.FieldDefinition => [Of(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType())],
            HandleKind.MethodDefinition => [Of(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType())],
            HandleKind.MemberReference => OfEntity(metadata.GetMemberReference((MemberReferenceHandle)handle).Parent),
            HandleKind.MethodSpecification => metadata.GetMethodSpecification((MethodSpecificationHandle)handle) is var spec
                ? OfEntity(spec.Method).Concat(spec.DecodeSignature(this, null).SelectMany(a => a))
                : [],
            _ => [],
        };

        public IEnumerable<string> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => [Of(handle)];
        public IEnumerable<string> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => [];
        public IEnumerable<string> GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) => OfEntity(handle);
        public IEnumerable<string> GetPrimitiveType(PrimitiveTypeCode typeCode) => [];
        public IEnumerable<string> GetSZArrayType(IEnumerable<string> elementType) => elementType;
        public IEnumerable<string> GetArrayType(IEnumerable<string> elementType, ArrayShape shape) => elementType;
        public IEnumerable<string> GetByReferenceType(IEnumerable<string> elementType) => elementType;
        public IEnumerable<string> GetPointerType(IEnumerable<string> elementType) => elementType;
        public IEnumerable<string> GetPinnedType(IEnumerable<string> elementType) => elementType;
        public IEnumerable<string> GetGenericInstantiation(IEnumerable<string> genericType, System.Collections.Immutable.ImmutableArray<IEnumerable<string>> arguments) => genericType.Concat(arguments.SelectMany(a => a));
        public IEnumerable<string> GetGenericMethodParameter(object? context, int index) => [];
        public IEnumerable<string> GetGenericTypeParameter(object? context, int index) => [];
        public IEnumerable<string> GetModifiedType(IEnumerable<string> modifier, IEnumerable<string> unmodifiedType, bool isRequired) => unmodifiedType;
        public IEnumerable<string> GetFunctionPointerType(MethodSignature<IEnumerable<string>> signature) => Flatten(signature);
    }
}
