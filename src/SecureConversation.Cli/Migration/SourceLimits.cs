using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;

namespace SecureConversation.Cli.Migration;

/// <summary>
/// What a C# source may have. The parser recurses with brackets and texts inside texts, and its time grows with the square of directives.
/// </summary>
internal static partial class SourceLimits
{
    public const int MaxDepth = 500;
    public const int MaxDirectives = 10_000;
    public const int MaxInterpolated = 10_000;

    /// <summary>Why the source is not parsed; null when it is.</summary>
    public static string? Check(string text, CSharpParseOptions options)
    {
        // The text alone comes first: also the lexer recurses with interpolated texts.
        if (Directives().Count(text) > MaxDirectives)
        {
            return $"It has more than {MaxDirectives} lines that begin with #.";
        }

        if (Interpolated().Count(text) > MaxInterpolated)
        {
            return $"It has more than {MaxInterpolated} interpolated strings.";
        }

        return IsTooDeep(text, options) ? $"Its brackets or interpolated strings are nested deeper than {MaxDepth}." : null;
    }

    // The lexer reads an interpolated string with all inside of it as one token, and does not recurse with brackets.
    private static bool IsTooDeep(string text, CSharpParseOptions options)
    {
        var (depth, angles) = (0, 0);
        foreach (var token in SyntaxFactory.ParseTokens(text, options: options))
        {
            switch (token.Kind())
            {
                case SyntaxKind.OpenParenToken or SyntaxKind.OpenBracketToken or SyntaxKind.OpenBraceToken:
                    depth++;
                    break;
                case SyntaxKind.CloseParenToken or SyntaxKind.CloseBracketToken or SyntaxKind.CloseBraceToken:
                    depth = Math.Max(depth - 1, 0);
                    break;
                case SyntaxKind.LessThanToken:
                    angles++;
                    break;
                // A comparison is no bracket, and ends with its statement.
                case SyntaxKind.GreaterThanToken or SyntaxKind.SemicolonToken:
                    angles = 0;
                    break;
                // Never less than its depth.
                case SyntaxKind.InterpolatedStringToken when token.Text is var inside && IsTooDeepInside(inside):
                    return true;
                default:
                    break;
            }

            if (depth + angles > MaxDepth)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsTooDeepInside(string text)
    {
        // Brackets inside of holes count as those outside do.
        var (depth, deepest) = (0, 0);
        foreach (var c in text)
        {
            depth = c switch
            {
                '(' or '[' or '{' or '<' => depth + 1,
                ')' or ']' or '}' or '>' => Math.Max(depth - 1, 0),
                _ => depth,
            };
            deepest = Math.Max(deepest, depth);
        }

        return deepest > MaxDepth || Interpolated().Count(text) > MaxDepth;
    }

    [GeneratedRegex(@"^[^\S\r\n]*#", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Directives();

    [GeneratedRegex("""\$@?"|@\$+"|\$\$+"{3}""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Interpolated();
}
